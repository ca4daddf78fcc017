import { signIn } from '@rollcall/testing/people';
import { type Stack, startStack } from '@rollcall/testing/stack';
import { waitFor } from '@rollcall/testing/wait-for';
import type { Route } from '@rollcall/types/route-definition';
import { publicRoutes } from '@rollcall/types/route-table';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { callerRequests } from './caller-requests.ts';
import type { CallerRequest } from './calling.ts';
import { Cast } from './cast.ts';
import { fieldsOf, isStrict } from './declared-fields.ts';
import { inTurn } from './in-turn.ts';
import { sendRaw } from './raw-request.ts';
import { sharedPermission } from './shared-permission.ts';
import { signedFor } from './signed-requests.ts';

let stack: Stack;
let cast: Cast;

beforeAll(async () => {
  stack = await startStack();
  cast = await Cast.of(stack);
  await cast.define(sharedPermission);
}, 60_000);

afterAll(() => stack?.stop());

const composed = async ({ operationId }: Route) => {
  const compose = callerRequests[operationId];
  if (!compose) throw new Error(`caller-requests.ts has no request for ${operationId}`);
  return compose({ cast, kind: 'admin', caller: cast.admin, subject: await cast.named('subject') });
};
const filled = (path: string, params: Readonly<Record<string, string>> = {}): string =>
  path.replace(/:(\w+)/g, (_, name: string) => params[name] ?? name);

const namesIn = (schema: unknown): readonly string[] => {
  if (typeof schema !== 'object' || schema === null) return [];
  const own = 'properties' in schema ? Object.keys(schema.properties ?? {}) : [];
  return [...own, ...Object.values(schema).flatMap(namesIn)];
};

/** Every name under which anything is ever shown. */
const shownNames = [
  ...new Set(
    publicRoutes
      .flatMap(({ responses }) => Object.values(responses))
      .flatMap((schema) => namesIn(z.toJSONSchema(schema, { unrepresentable: 'any' }))),
  ),
];

describe('a field that is shown', () => {
  const taking = publicRoutes.filter(({ body }) => body !== undefined && isStrict(body));

  it.each(taking.map((route) => [`${route.method} ${route.path}`, route] as const))(
    'cannot be set through %s by sending it along, unless it is declared there (N13)',
    async (_, route) => {
      const { params, body = {}, token: ownToken } = await composed(route);
      const { token } = await signIn(cast.api, cast.admin);
      const declared = new Set(route.body ? fieldsOf(route.body).map(({ path: [name] }) => name) : []);
      const names = shownNames.filter((name) => !declared.has(name) && name !== route.bodyMember);
      expect(names).toEqual(expect.arrayContaining(['items', 'createdAt']));
      // A refusal names so many mistakes and no more.
      for (let at = 0; at < names.length; at += 20) {
        const some = names.slice(at, at + 20);
        const more = Object.fromEntries(some.map((name) => [name, true]));
        const request = {
          method: route.method,
          target: filled(route.path, params),
          headers: { authorization: `Bearer ${ownToken ?? token}`, 'content-type': 'application/json' },
          body: Buffer.from(JSON.stringify({ ...(typeof body === 'object' ? body : {}), ...more })),
        };
        const { text } = await sendRaw(stack.gateway, signedFor(route, request));
        const { code, errors } = JSON.parse(text);
        expect(code).toBe(route.invalidInput ?? 'invalid_input');
        const refused = errors.map(({ pointer }: { pointer: string }) => pointer.split('/').at(-1));
        expect(refused.sort()).toEqual([...some].sort());
      }
      await cast.api('DELETE', '/v1/sessions/current', { token });
    },
  );

  it('of oneself is not changed by sending all of it back with other values (N13)', async () => {
    const { token } = await cast.somebody();
    const read = async () => (await cast.api('GET', '/v1/users/me', { token })).body;
    const write = (body: unknown) => cast.api('PATCH', '/v1/users/me', { token, body });
    const before = await read();
    const other = Object.fromEntries(Object.keys(before).map((name) => [name, `another-${name}@example.com`]));
    expect((await write(other)).status).toBe(400);
    expect((await write(before)).status).toBe(400);
    for (const name of Object.keys(before)) {
      const { status } = await write({ [name]: name === 'description' ? 'Changed.' : 'evil@example.com' });
      const { version: _, updatedAt: __, ...after } = await read();
      const isOwn = ['firstName', 'lastName', 'description'].includes(name);
      expect([name, status < 300]).toEqual([name, isOwn]);
      const { version: ___, updatedAt: ____, ...old } = before;
      if (!isOwn) expect(after).toEqual({ ...old, ...ownFieldsOf(after) });
    }
  });

  const ownFieldsOf = ({ firstName, lastName, description }: Record<string, unknown>) => ({
    firstName,
    lastName,
    description,
  });
});

describe('the cursor of a list', () => {
  const lists = publicRoutes.filter(({ query }) => query !== undefined && 'cursor' in query.shape);
  const mutated = (cursor: string): readonly string[] => {
    const flips = [...cursor].flatMap((letter, at) =>
      at % 8 === 0 ? [`${cursor.slice(0, at)}${letter === 'A' ? 'z' : 'A'}${cursor.slice(at + 1)}`] : [],
    );
    return [cursor, ...flips, cursor.slice(0, -1), cursor.slice(4), `${cursor}AAAA`, `${cursor}=`, cursor + cursor];
  };

  it('of somebody else, of another list or altered shows nobody more than they see without it (N42)', async () => {
    for (const _ of [1, 2, 3]) await signIn(cast.api, cast.admin);
    const stranger = await cast.somebody();
    const requests = new Map<Route, CallerRequest>();
    for (const route of lists) requests.set(route, await composed(route));
    const asks = async (route: Route, token: string, query: string) => {
      const { params, query: own } = requests.get(route) ?? {};
      const path = `${filled(route.path, params)}?${own === undefined ? '' : `${own}&`}${query}`;
      // On a busy machine what is known may be a second old for a moment: whoever is told so asks again.
      return waitFor('an answer', async () => {
        const answer = await cast.api('GET', path, { token });
        return answer.status === 503 ? undefined : answer;
      });
    };

    const cursors: string[] = [];
    for (const route of lists) {
      const { status, body } = await asks(route, cast.admin.token, 'limit=1');
      expect([route.path, status]).toEqual([route.path, 200]);
      if (body.nextCursor) cursors.push(body.nextCursor);
    }
    expect(cursors.length).toBeGreaterThan(2);

    for (const route of lists) {
      const plain = await asks(route, stranger.token, 'limit=200');
      const visible = new Set((plain.body.items ?? []).map((item: unknown) => identityOf(item)));
      const answers = await inTurn([...new Set(cursors.flatMap(mutated))], async (cursor) => {
        const query = `limit=200&cursor=${encodeURIComponent(cursor)}`;
        const [theirs, ours] = await Promise.all([
          asks(route, stranger.token, query),
          asks(route, cast.admin.token, query),
        ]);
        const extra = (theirs.body.items ?? []).filter((item: unknown) => !visible.has(identityOf(item)));
        const isFine = [200, 400].includes(ours.status) && [plain.status, 400].includes(theirs.status);
        return isFine && extra.length === 0 ? [] : [`${cursor}: ${theirs.status}, ${ours.status}`];
      });
      expect([route.path, answers.flat()]).toEqual([route.path, []]);
    }
  }, 180_000);

  const identityOf = (item: unknown): string =>
    typeof item === 'object' && item !== null && 'id' in item ? String(item.id) : JSON.stringify(item);
});
