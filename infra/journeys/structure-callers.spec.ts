import { randomUUID } from 'node:crypto';
import type { SignedInPerson } from '@rollcall/testing/people';
import { type Stack, startStack } from '@rollcall/testing/stack';
import { waitFor } from '@rollcall/testing/wait-for';
import { problems } from '@rollcall/types/problems';
import {
  type StructureCallerKind,
  type StructureLine,
  structureCallerKinds,
  structureCallerTable,
} from '@rollcall/types/testing/structure-table';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cast } from './cast.ts';
import { sharedPermission } from './shared-permission.ts';
import { type StructureRequest, structureRequests } from './structure-requests.ts';
import { callerOf, found, roleName, type World } from './structure-world.ts';

let stack: Stack;
let cast: Cast;
let ended: SignedInPerson;

beforeAll(async () => {
  stack = await startStack();
  cast = await Cast.of(stack);
  await cast.define(sharedPermission);
  ended = await cast.named('org-ended');
  await cast.api('DELETE', '/v1/sessions/current', { token: ended.token });
  await waitFor(
    'the token to stop',
    async () => (await cast.api('GET', '/v1/users/me', { token: ended.token })).status === 401,
  );
}, 60_000);

afterAll(() => stack?.stop());

const keyOf = ({ operation, when }: StructureLine): string => (when ? `${operation} when ${when}` : operation);

const callerFor = async (world: World, kind: StructureCallerKind) =>
  kind === 'ended' ? ended : await callerOf(cast, world, kind);

const requestOf = async (line: StructureLine, world: World, caller: SignedInPerson | undefined) => {
  const compose = structureRequests[keyOf(line)];
  if (!compose) throw new Error(`structure-requests.ts has no request for ${keyOf(line)}`);
  return compose({ cast, world, caller });
};

const send = (
  line: StructureLine,
  { params = {}, query, body }: StructureRequest,
  caller: SignedInPerson | undefined,
) =>
  cast.api(
    line.method,
    line.path.replace(/:(\w+)/g, (_, name: string) => params[name] ?? name) + (query === undefined ? '' : `?${query}`),
    { ...(caller ? { token: caller.token } : {}), ...(body === undefined ? {} : { body }) },
  );

/** All that its admin sees of an organization. */
const everythingIn = async ({ organizationId, groupId, orgAdmin: { token } }: World) => {
  const see = async (path: string) => {
    const { status, body } = await cast.api('GET', path, { token });
    const { revision: _, instance: __, ...said } = body;
    return { status, said };
  };
  return Promise.all(
    [
      `/v1/organizations/${organizationId}`,
      `/v1/groups/${groupId}/members`,
      `/v1/roles?organization=${organizationId}`,
      `/v1/access/state?organization=${organizationId}&limit=200`,
    ].map(see),
  );
};

const essenceOf = ({ status, body }: Awaited<ReturnType<typeof send>>) => ({ status, body: { ...body, instance: '' } });

describe.each(structureCallerTable.map((line) => [`${line.method} ${line.path}`, keyOf(line), line] as const))(
  '%s (%s)',
  (_, __, line) => {
    it('refuses everybody else as the table says, other organizations’ admins included, does nothing, and tells those from whom a thing is hidden what they are told of one that is not there (N15)', async () => {
      const world = await found(cast);
      const calls = [];
      for (const kind of structureCallerKinds) {
        const expected = line.answers[kind];
        if (!expected || !('refused' in expected)) continue;
        const caller = await callerFor(world, kind);
        calls.push({ kind, expected, caller, request: await requestOf(line, world, caller) });
      }
      const before = await everythingIn(world);
      for (const { kind, expected, caller, request } of calls) {
        const answer = await send(line, request, caller);
        const { status } = problems[expected.refused];
        expect([kind, answer.status, answer.body.code]).toEqual([kind, status, expected.refused]);
        if (expected.refused === 'not_found') {
          const missing = await send(line, elsewhere(request, world), caller);
          expect([kind, essenceOf(missing)]).toEqual([kind, essenceOf(answer)]);
        }
        expect(await everythingIn(world)).toEqual(before);
      }
    });

    it('carries out the calls of those who may', async () => {
      // What only reads leaves all as it was for the next caller.
      const shared = line.method === 'GET' ? await found(cast) : undefined;
      for (const kind of structureCallerKinds) {
        const expected = line.answers[kind];
        if (!expected || 'refused' in expected) continue;
        const world = shared ?? (await found(cast));
        const caller = await callerFor(world, kind);
        const answer = await send(line, await requestOf(line, world, caller), caller);
        expect([kind, answer.status, answer.body.code]).toEqual([kind, expected.status, undefined]);
      }
    });
  },
);

/** The same request about things that are not there. */
const elsewhere = ({ params, query, body }: StructureRequest, world: World): StructureRequest => {
  const absent = (text: string): string =>
    [world.organizationId, world.teamId, world.projectId, world.groupId]
      .reduce((changed, id) => changed.replaceAll(id, randomUUID()), text)
      .replaceAll(/^\d+$/g, '999999999')
      .replaceAll(sharedPermission, 'journeys.absent')
      .replaceAll(roleName, 'absent');
  return {
    params: Object.fromEntries(Object.entries(params ?? {}).map(([name, value]) => [name, absent(value)])),
    ...(query === undefined ? {} : { query: absent(query) }),
    ...(body === undefined ? {} : { body: JSON.parse(absent(JSON.stringify(body))) }),
  };
};
