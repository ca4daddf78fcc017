import type { Actor } from '@rollcall/service-kit/actor';
import {
  callService,
  fakeServices,
  somebody,
  type TestCall,
  testEnvironment,
} from '@rollcall/testing/service-under-test';
import { waitFor } from '@rollcall/testing/wait-for';
import { checkPermission } from '@rollcall/types/routes/role-permission/internal';
import { vi } from 'vitest';
import { z } from 'zod';
import { startRolePermission } from '../service.ts';
import { openLogDatabase } from './log-database.ts';
import { severable } from './severable-server.ts';

export interface Options {
  readonly withNats?: boolean;
  /** Beside or instead of those that a service has in specs. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** An answer as a whole, but for what differs between any two requests. */
const whole = async (response: Response) => {
  const { instance: _, ...body } = z.record(z.string(), z.unknown()).parse(await response.json());
  return { status: response.status, revision: response.headers.get('rollcall-revision'), body };
};

/** The service on a database of its own, with nobody in it. */
export const startRolePermissionUnderTest = async ({ withNats = false, variables = {} }: Options = {}) => {
  const database = await openLogDatabase();
  const road = await severable(database.url);
  const environment = {
    ...testEnvironment('role-permission', road.url),
    KEY_ENCRYPTION_SECRET: 'A'.repeat(43),
    // A developer's machine, unless the spec says otherwise: the first person there becomes the administrator.
    NODE_ENV: 'development',
    PUBLIC_URL: 'http://localhost:8080',
    // Specs run side by side and would get each other's events.
    ...(withNats ? {} : { NATS_URL: 'nats://127.0.0.1:1' }),
    ...variables,
  };
  const start = (more: Options['variables'] = {}) => startRolePermission({ ...environment, ...more }, fakeServices({}));
  const service = await start();
  const replicas = [service];

  const call = async (request: TestCall, replica = service) => whole(await callService(replica, request));
  const check = async (userId: string, permission: string, replica = service) => {
    const request = { method: 'POST', path: '/internal/permission-checks', from: 'profile' } as const;
    const answer = await call({ ...request, body: { userId, permission } }, replica);
    return answer.status === 200 ? checkPermission.responses[200].parse(answer.body).granted : answer.status;
  };
  const enrol = (person: Actor, body: Readonly<Record<string, unknown>> = {}, replica = service) =>
    call({ method: 'PUT', path: `/internal/users/${person.userId}`, from: 'registration', body }, replica);
  const grant = (by: Actor, to: Actor, permission: string, body?: Readonly<Record<string, unknown>>) =>
    call({ method: 'PUT', path: `/v1/users/${to.userId}/permissions/${permission}`, actor: by, body });

  /** As clients do, again while the present is not known: on a busy machine that is so for a moment. */
  const ask = async (actor: Actor, method: string, path: string, body?: unknown) => {
    const request = { method, path, actor, ...(body === undefined ? {} : { body }) };
    return vi.waitFor(async () => {
      const answer = await call(request);
      if (answer.status === 503) throw new Error(`${method} ${path}: the present is not known`);
      return answer;
    }, 20_000);
  };

  return {
    service,
    database,
    /** The database goes down and comes back. */
    road,
    call,
    ask,
    check,
    enrol,
    grant,
    /** Somebody new who may be given rights; the first one holds `admin`. */
    person: async (): Promise<Actor> => {
      const person = somebody();
      // On a busy machine nothing is known for a moment.
      await waitFor('somebody to be enrolled', async () => (await enrol(person)).status === 200);
      return person;
    },
    create: (by: Actor, name: string) =>
      call({ method: 'POST', path: '/v1/permissions', actor: by, body: { name, description: `May ${name}` } }),
    revoke: (by: Actor, from: Actor, permission: string) =>
      call({ method: 'DELETE', path: `/v1/users/${from.userId}/permissions/${permission}`, actor: by }),
    suspend: (person: Actor, suspended = true, actor = 'service:spec') => {
      const path = `/internal/users/${person.userId}/suspension`;
      return call({ method: 'PUT', path, from: 'deactivation', body: { suspended, actor } });
    },
    /** Another replica on the same database, which may be configured in another way. */
    startReplica: async (more?: Options['variables']) => {
      const replica = await start(more);
      replicas.push(replica);
      return replica;
    },
    /** What the log has about a subject. */
    eventsAbout: async (subject: string) =>
      database.owner<{ type: string; actor: string; data: unknown }[]>`
        select type, actor, data from role_permission.events where subject = ${subject} order by position`.then(
        (rows) => [...rows],
      ),
    stop: async () => {
      for (const replica of replicas) await replica.stop();
      await road.close();
      await database.drop();
    },
  };
};

export type RolePermissionUnderTest = Awaited<ReturnType<typeof startRolePermissionUnderTest>>;
