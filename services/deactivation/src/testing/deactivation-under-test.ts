import { randomBytes } from 'node:crypto';
import { connect } from '@rollcall/database/connect';
import { PersonalData } from '@rollcall/events/personal-data';
import type { Actor } from '@rollcall/service-kit/actor';
import type { ServiceDirectory } from '@rollcall/service-kit/service-directory';
import { callService, fakeServices, testEnvironment } from '@rollcall/testing/service-under-test';
import { createTestDatabase } from '@rollcall/testing/test-database';
import { setUserAccess } from '@rollcall/types/routes/auth/accounts';
import type { readDataKey } from '@rollcall/types/routes/registration';
import { checkPermission, setSuspension } from '@rollcall/types/routes/role-permission/internal';
import { asc, eq } from 'drizzle-orm';
import { z } from 'zod';
import { startDeactivation } from '../service.ts';
import { accounts, outbox } from '../store/schema.ts';
import { schemaPlan } from '../store/schema-plan.ts';

export type Step = 'suspension' | 'access';

const notFound = { status: 404, body: { code: 'not_found' } };
const userIdIn = (target: string): string => target.split('/').at(3) ?? '';
const stepOf = (target: string): Step | undefined =>
  target.endsWith('/suspension') ? 'suspension' : target.endsWith('/access') ? 'access' : undefined;

/** The service on a database of its own; role-permission and auth are played here and remember what they were told. */
export const startDeactivationUnderTest = async ({ withNats = false } = {}) => {
  const database = await createTestDatabase(schemaPlan);
  const managers = new Set<string>();
  const lastAdmins = new Set<string>();
  const admins = new Set<string>();
  const dataKey = randomBytes(32);
  const personal = new PersonalData(async () => dataKey);
  const people = new Set<string>();
  const suspended = new Set<string>();
  const shut = new Set<string>();
  const actors: Record<Step, (string | undefined)[]> = { suspension: [], access: [] };
  const told: string[] = [];
  const faults = { down: new Set<Step>(), before: async (_step: Step): Promise<void> => undefined };
  const mark = (set: Set<string>, userId: string, on: boolean) => (on ? set.add(userId) : set.delete(userId));

  const answers = fakeServices({
    'POST /internal/permission-checks': ({ json }) => {
      const { userId } = checkPermission.body.parse(json);
      return { status: 200, body: { granted: managers.has(userId), revision: 1 } };
    },
    'GET /internal/data-keys/*': () => {
      const body: z.infer<(typeof readDataKey.responses)[200]> = { key: dataKey.toString('base64url') };
      return { status: 200, body };
    },
    'GET /internal/snapshot*': () => ({ status: 200, body: { items: [], next: null } }),
    'PUT /internal/users/*': ({ target, json }) => {
      const userId = userIdIn(target);
      if (!people.has(userId)) return notFound;
      if (stepOf(target) === 'access') {
        const { enabled, actor } = setUserAccess.body.parse(json);
        actors.access.push(actor);
        told.push(`${userId} access ${enabled}`);
        mark(shut, userId, !enabled);
        return { status: 200, body: { enabled } };
      }
      const body = setSuspension.body.parse(json);
      if (body.suspended && lastAdmins.has(userId)) return { status: 409, body: { code: 'last_admin' } };
      const isChange = body.suspended !== suspended.has(userId);
      const isOwn = body.actor === userId || body.actor.startsWith('service:');
      if (isChange && admins.has(userId) && !isOwn && !admins.has(body.actor)) {
        return { status: 403, body: { code: 'forbidden' } };
      }
      told.push(`${userId} suspended ${body.suspended}`);
      actors.suspension.push(body.actor);
      mark(suspended, userId, body.suspended);
      return { status: 200, body: { revision: 1 } };
    },
  });
  const directory: ServiceDirectory = {
    close: async () => undefined,
    send: async (service, request) => {
      const step = stepOf(request.target);
      if (step) await faults.before(step);
      if (step && faults.down.has(step)) throw new Error('the spec has switched this service off');
      return answers.send(service, request);
    },
  };
  const environment = {
    ...testEnvironment('deactivation', database.url),
    // Mostly without NATS: specs run side by side and would get each other's events.
    ...(withNats ? {} : { NATS_URL: 'nats://127.0.0.1:1' }),
  };
  const start = () => startDeactivation(environment, directory);
  let service = await start();
  const connection = connect({ url: database.url, name: 'spec' });

  const accountOf = async (userId: string) => {
    const [account] = await connection.db.select().from(accounts).where(eq(accounts.userId, userId));
    return account;
  };
  return {
    connection,
    faults,
    people,
    lastAdmins,
    managers,
    /** Only they may do something to each other. */
    admins,
    /** In whose name each step was asked for. */
    actors,
    accountOf,
    /** What the others were told about a person, in order. */
    toldAbout: (userId: string) => told.filter((one) => one.startsWith(userId)).map((one) => one.slice(37)),
    /** Whether the others let a person in: everywhere, nowhere, or, which may not last, somewhere. */
    doorsOf: (userId: string) =>
      suspended.has(userId) === shut.has(userId) ? (shut.has(userId) ? 'shut' : 'open') : 'half open',
    ask: async (verb: 'deactivate' | 'reactivate', userId: string, actor: Actor | null, body?: unknown) => {
      const path = `/v1/users/${userId}/${verb}`;
      const answer = await callService(service, { method: 'POST', path, actor, body });
      const content: unknown = await answer.json();
      // The id of the request differs from answer to answer, and nothing else may.
      return {
        status: answer.status,
        body: { ...z.record(z.string(), z.unknown()).parse(content), instance: undefined },
      };
    },
    eventsAbout: async (userId: string) => {
      const rows = await connection.db
        .select()
        .from(outbox)
        .where(eq(outbox.subject, userId))
        .orderBy(asc(outbox.position));
      return Promise.all(
        rows.map(async ({ envelope: { type, actor, data } }) => {
          const { personal: sealed, ...open } = data;
          const opened = typeof sealed === 'string' ? { personal: await personal.open(sealed) } : {};
          return { type, actor, data: { ...open, ...opened } };
        }),
      );
    },
    /** Lets a lease that a killed process left behind lapse. */
    lapse: async (userId: string) => {
      await connection.db
        .update(accounts)
        .set({ leasedUntil: new Date(0) })
        .where(eq(accounts.userId, userId));
    },
    /** Ends the process where it stands and starts another: what it had taken on stays leased, as after a kill. */
    restart: async () => {
      const before = service;
      service = await start();
      void before.stop();
    },
    stop: async () => {
      await service.stop();
      await connection.close();
      await database.drop();
    },
  };
};

export type DeactivationUnderTest = Awaited<ReturnType<typeof startDeactivationUnderTest>>;
