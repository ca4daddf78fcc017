import { randomBytes } from 'node:crypto';
import { connect } from '@rollcall/database/connect';
import { PersonalData } from '@rollcall/events/personal-data';
import { newId } from '@rollcall/service-kit/identity';
import { callService, fakeServices, type TestCall, testEnvironment } from '@rollcall/testing/service-under-test';
import { createTestDatabase } from '@rollcall/testing/test-database';
import { createIdentifiedAccount } from '@rollcall/types/routes/registration';
import { asc, eq } from 'drizzle-orm';
import { startAuth } from '../service.ts';
import { outbox } from '../store/schema.ts';
import { schemaPlan } from '../store/schema-plan.ts';
import { readAnswer } from './answer.ts';
import { createFakeAccess } from './fake-access.ts';
import { createPeople } from './people.ts';

export interface AuthOptions {
  /** Specs run side by side and would get each other's events: one file a service goes without this. */
  readonly withNats?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
}

/** The service on a database of its own; registration and role-permission are played here. */
export const startAuthUnderTest = async ({ withNats = false, environment = {} }: AuthOptions = {}) => {
  const database = await createTestDatabase(schemaPlan);
  const keys = new Map<string, Uint8Array>();
  const access = createFakeAccess();
  const world = Object.assign(access.world, {
    registrationIsDown: false,
    /** Registration makes accounts, and does not get to tell of them. */
    enrolmentIsLate: false,
    /** Addresses that have an account that auth has not been told of. */
    takenAddresses: new Set<string>(),
  });
  const keyOf = (userId: string): Uint8Array => {
    const key = keys.get(userId) ?? randomBytes(32);
    keys.set(userId, key);
    return key;
  };
  const directory = fakeServices({
    'GET /internal/data-keys/*': ({ target }) => {
      if (world.registrationIsDown) throw new Error('the spec has switched this service off');
      const key = keyOf(target.split('/').at(-1) ?? '');
      return { status: 200, body: { key: Buffer.from(key).toString('base64url') } };
    },
    'POST /internal/verified-accounts': async ({ json }) => {
      if (world.registrationIsDown) throw new Error('the spec has switched this service off');
      const { userId, email } = createIdentifiedAccount.body.parse(json);
      if (world.takenAddresses.has(email)) return { status: 200, body: { outcome: 'address_taken' } };
      const username = `user-${userId.slice(-10)}`;
      if (!world.enrolmentIsLate) {
        await ask('PUT', `/internal/users/${userId}`, { from: 'registration', body: { email, username } });
      }
      return { status: 200, body: { outcome: 'made' } };
    },
    ...access.responses,
  });
  const variables = {
    ...testEnvironment('auth', database.url),
    KEY_ENCRYPTION_SECRET: randomBytes(32).toString('base64url'),
    HASHES_AT_ONCE: '2',
    // As much as it should cost takes a third of all the time that specs take.
    PASSWORD_HASH_MEMORY: '1024',
    ...(withNats ? {} : { NATS_URL: 'nats://127.0.0.1:1' }),
    ...environment,
  };
  const service = await startAuth(variables, directory);
  const connection = connect({ url: database.url, name: 'spec' });
  const personal = new PersonalData(async (userId) => keyOf(userId));

  const ask = async (method: string, path: string, call: Omit<TestCall, 'method' | 'path'> = {}) =>
    readAnswer(await callService(service, { method, path, ...call }));

  return {
    database,
    connection,
    world,
    ask,
    /** As {@link ask}, with the answer as it came. */
    send: (call: TestCall) => callService(service, call),
    ...createPeople(ask),
    /** Another replica on the same database. */
    startReplica: () => startAuth(variables, directory),
    grant: (person: { readonly userId: string }, permission: string) =>
      access.granted.add(`${person.userId} ${permission}`),
    withdraw: (person: { readonly userId: string }, permission: string) =>
      access.granted.delete(`${person.userId} ${permission}`),
    /** What was told about a person, or about a key, with the personal values opened. */
    eventsAbout: async (subject: string) => {
      const rows = await connection.db
        .select()
        .from(outbox)
        .where(eq(outbox.subject, subject))
        .orderBy(asc(outbox.position));
      return Promise.all(
        rows.map(async ({ envelope: { type, actor, data } }) => {
          const { personal: sealed, ...open } = data;
          return { type, actor, data: open, personal: typeof sealed === 'string' ? await personal.open(sealed) : null };
        }),
      );
    },
    /** The mail a request would be sent with: asks for one and mints its secret, as notification does. */
    resetTokenFor: async (email: string): Promise<string> => {
      await ask('POST', '/v1/password/forgot', { body: { email } });
      const [newest] = (await connection.db.select().from(outbox).orderBy(asc(outbox.position)))
        .filter(({ envelope }) => envelope.type === 'password_reset.requested')
        .slice(-1);
      const requestId = String(newest?.envelope.data.requestId ?? newId());
      const path = `/internal/password-resets/${requestId}/secret`;
      const { body } = await ask('POST', path, { from: 'notification' });
      return String(body.token);
    },
    stop: async () => {
      await service.stop();
      await connection.close();
      await database.drop();
    },
  };
};

export type AuthUnderTest = Awaited<ReturnType<typeof startAuthUnderTest>>;
