import type { ApiAnswer } from '@rollcall/testing/api-client';
import { expectInvariants } from '@rollcall/testing/check-invariants';
import { newcomer, type SignedInPerson } from '@rollcall/testing/people';
import { type Stack, startStack } from '@rollcall/testing/stack';
import { waitFor } from '@rollcall/testing/wait-for';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cast } from './cast.ts';

const writers = 32;

let stack: Stack;
let cast: Cast;

beforeAll(async () => {
  stack = await startStack({ environment: { LOG_LEVEL: 'fatal' } });
  cast = await Cast.of(stack);
}, 60_000);
afterAll(() => stack?.stop());

/** How many answers there were of each status. */
const statusesOf = (answers: readonly ApiAnswer[]): Record<number, number> => {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};

const allAtOnce = (ask: (n: number) => Promise<ApiAnswer>): Promise<ApiAnswer[]> =>
  Promise.all(Array.from({ length: writers }, (_, n) => ask(n)));

interface Change {
  readonly before: { readonly firstName?: string };
  readonly after: { readonly firstName?: string; readonly lastName?: string };
}

/** What the trail has about somebody, newest first, once it has so many entries. */
const trailOf = ({ id }: SignedInPerson, type: string, entries: number) =>
  waitFor(`${entries} entries of ${type}`, async () => {
    const path = `/v1/activity?subject=${id}&type=${type}&limit=100`;
    const { items } = (await cast.api('GET', path, { token: cast.admin.token })).body;
    return items.length >= entries && items;
  });

describe(`${writers} people who change one thing at once (F08)`, () => {
  it('and know the same version of it: one has changed it, all others are told that it has changed', async () => {
    const person = await cast.somebody();
    const answers = await allAtOnce((n) =>
      cast.api('PATCH', `/v1/users/${person.id}`, {
        token: cast.admin.token,
        headers: { 'if-match': '"1"' },
        body: { firstName: `Name ${n}`, lastName: `Name ${n}` },
      }),
    );
    expect(statusesOf(answers)).toEqual({ 200: 1, 412: writers - 1 });
    const won = answers.find(({ status }) => status === 200)?.body;
    const now = (await cast.api('GET', '/v1/users/me', { token: person.token })).body;
    expect(now).toEqual(won);
    expect(now.firstName).toBe(now.lastName);
  });

  it('whatever its version: every change is made whole, one after the other', async () => {
    const person = await cast.somebody();
    const answers = await allAtOnce((n) =>
      cast.api('PATCH', `/v1/users/${person.id}`, {
        token: cast.admin.token,
        body: { firstName: `Name ${n}`, lastName: `Name ${n}` },
      }),
    );
    // Whoever lost against eight others is told to come back.
    const { 200: made = 0, 503: turnedAway = 0 } = statusesOf(answers);
    expect(made).toBeGreaterThan(5);
    expect(made + turnedAway).toBe(writers);
    const now = await cast.api('GET', '/v1/users/me', { token: person.token });
    expect(now.headers.get('etag')).toBe(`"${made + 1}"`);
    const trail = await trailOf(person, 'profile.updated', made);
    // Each says what it found and what it left; between two changes there is nothing else.
    const changes = trail.map(({ data }: { data: { personal: Change } }) => data.personal);
    for (const [n, { before }] of changes.slice(0, -1).entries()) expect(before).toEqual(changes[n + 1].after);
    for (const { after } of changes) expect(after.firstName).toBe(after.lastName);
  });

  it('as one gives what the other takes: the right is as the last of them left it', async () => {
    const person = await cast.somebody();
    const path = `/v1/users/${person.id}/permissions/users.read`;
    const answers = await allAtOnce((n) => cast.api(n % 2 ? 'DELETE' : 'PUT', path, { token: cast.admin.token }));
    for (const { status } of answers) expect([200, 404]).toContain(status);
    const revisions = answers.map(({ headers }) => Number(headers.get('rollcall-revision')?.split('-')[1] ?? 0));
    const last = revisions.indexOf(Math.max(...revisions));
    const { granted } = (
      await cast.api('GET', `/users/${person.id}?permission=users.read`, { token: cast.admin.token })
    ).body;
    expect(granted).toBe(last % 2 === 0);
  });

  it('by letting somebody out and in: the account ends whole, wholly in or wholly out', async () => {
    const person = await cast.somebody();
    const answers = await allAtOnce((n) =>
      cast.api('POST', `/v1/users/${person.id}/${n % 2 ? 'reactivate' : 'deactivate'}`, { token: cast.admin.token }),
    );
    for (const { status } of answers) expect([200, 202]).toContain(status);
    await expectInvariants(stack);
    const { status } = (await cast.api('GET', `/v1/users/${person.id}`, { token: cast.admin.token })).body;
    const body = { identifier: person.username, password: person.password };
    const signIn = async () => (await cast.api('POST', '/v1/sessions', { body })).status;
    expect([status, await signIn()]).toEqual(status === 'active' ? ['active', 201] : ['deactivated', 401]);
    await cast.asAdmin('POST', `/v1/users/${person.id}/reactivate`);
    expect(await signIn()).toBe(201);
  });
});

describe(`${writers} people who want what only one can have (F08)`, () => {
  it('a username: one has it, and all others are told so', async () => {
    const { username, password } = newcomer('wanted');
    const answers = await allAtOnce((n) =>
      cast.api('POST', '/v1/registrations', { body: { username, password, email: `${username}-${n}@example.com` } }),
    );
    const { 202: taken = 0, 409: refused = 0, 503: busy = 0 } = statusesOf(answers);
    expect([taken, refused + busy]).toEqual([1, writers - 1]);
  });

  it('the name of a permission: one has made it', async () => {
    const body = { name: 'contended.name', description: 'Wanted by many.' };
    const answers = await allAtOnce(() => cast.api('POST', '/v1/permissions', { token: cast.admin.token, body }));
    expect(statusesOf(answers)).toEqual({ 201: 1, 409: writers - 1 });
  });

  it('one key for the same request: it is done once, and all are told the same', async () => {
    const body = { name: 'contended.once', description: 'Made once.' };
    const headers = { 'idempotency-key': 'contended' };
    const answers = await allAtOnce(() =>
      cast.api('POST', '/v1/permissions', { token: cast.admin.token, body, headers }),
    );
    const { 201: made = 0, 409: underWay = 0 } = statusesOf(answers);
    expect(made).toBeGreaterThan(0);
    expect(made + underWay).toBe(writers);
    const [first, ...others] = answers.filter(({ status }) => status === 201).map(({ body: told }) => told);
    for (const told of others) expect(told).toEqual(first);
    await expectInvariants(stack);
  });
});
