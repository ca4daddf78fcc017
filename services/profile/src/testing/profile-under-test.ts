import { randomBytes } from 'node:crypto';
import { type Connection, connect } from '@rollcall/database/connect';
import { PersonalData } from '@rollcall/events/personal-data';
import type { Actor } from '@rollcall/service-kit/actor';
import { callService, fakeServices, type TestCall, testEnvironment } from '@rollcall/testing/service-under-test';
import { createTestDatabase } from '@rollcall/testing/test-database';
import type { Envelope } from '@rollcall/types/envelope';
import { checkPermission } from '@rollcall/types/routes/role-permission/internal';
import { asc, eq } from 'drizzle-orm';
import { startProfile } from '../service.ts';
import { outbox } from '../store/schema.ts';
import { schemaPlan } from '../store/schema-plan.ts';

/**
 * The service on a database of its own; registration and role-permission are played here.
 *
 * @param wayTo the address at which the service is to find its database
 */
export const startProfileUnderTest = async (wayTo = async (url: string): Promise<string> => url) => {
  const database = await createTestDatabase(schemaPlan);
  const keys = new Map<string, Uint8Array>();
  const granted = new Set<string>();
  const keyOf = (userId: string): Uint8Array => {
    const key = keys.get(userId) ?? randomBytes(32);
    keys.set(userId, key);
    return key;
  };
  const directory = fakeServices({
    'GET /internal/data-keys/*': ({ target }) => {
      const key = keyOf(target.split('/').at(-1) ?? '');
      return { status: 200, body: { key: Buffer.from(key).toString('base64url') } };
    },
    'POST /internal/permission-checks': ({ json }) => {
      const { userId, permission } = checkPermission.body.parse(json);
      return { status: 200, body: { granted: granted.has(`${userId} ${permission}`), revision: 1 } };
    },
  });
  // Without NATS: specs run side by side and would get each other's events. They look into the outbox instead.
  const environment = { ...testEnvironment('profile', await wayTo(database.url)), NATS_URL: 'nats://127.0.0.1:1' };
  const service = await startProfile(environment, directory);
  const connection: Connection = connect({ url: database.url, name: 'spec' });
  const personal = new PersonalData(async (userId) => keyOf(userId));

  const call = (request: TestCall) => callService(service, request);
  return {
    connection,
    /** As the owner of its tables. */
    databaseOwnerUrl: database.ownerUrl,
    personal,
    readiness: () => service.readiness(),
    call,
    /** Gives somebody a permission. */
    grant: (person: Actor, permission: string) => granted.add(`${person.userId} ${permission}`),
    revoke: (person: Actor, permission: string) => granted.delete(`${person.userId} ${permission}`),
    /** Tells the service about a verified person, as registration does. */
    enrol: (person: Actor, username = 'ada', profile: Record<string, unknown> = {}) =>
      call({
        method: 'PUT',
        path: `/internal/users/${person.userId}`,
        from: 'registration',
        body: { email: `${username}@example.com`, username, profile },
      }),
    /** The events about a person so far, with their personal values opened. */
    eventsAbout: async (person: Actor) => {
      const rows = await connection.db
        .select()
        .from(outbox)
        .where(eq(outbox.subject, person.userId))
        .orderBy(asc(outbox.position));
      return Promise.all(rows.map(({ envelope }) => opened(personal, envelope)));
    },
    stop: async () => {
      await service.stop();
      await connection.close();
      await database.drop();
    },
  };
};

export type ProfileUnderTest = Awaited<ReturnType<typeof startProfileUnderTest>>;

const opened = async (personal: PersonalData, { type, actor, correlationid, causationid, data }: Envelope) => {
  const { personal: sealed, ...open } = data;
  const values = typeof sealed === 'string' ? await personal.open(sealed) : null;
  return { type, actor, correlationid, causationid, data: open, personal: values };
};
