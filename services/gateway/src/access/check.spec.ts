import type { GraphChange } from '@rollcall/authorization/guarded-graph';
import { newId } from '@rollcall/service-kit/identity';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freshClaims, type GatewayUnderTest, startGatewayUnderTest } from '../testing/gateway-under-test.ts';

let gateway: GatewayUnderTest;
const [ann, bea, reader] = [freshClaims(), freshClaims(), freshClaims()];
const organization = `organization:${newId()}`;

beforeAll(async () => {
  gateway = await startGatewayUnderTest();
  const { access } = gateway;
  access.write(
    { write: { user: `user:${ann.sub}`, relation: 'member', object: organization } },
    { write: { user: `user:${reader.sub}`, relation: 'holder', object: 'permission:access.read' } },
  );
  await gateway.hasFollowed(access.revision);
});
afterAll(() => gateway.stop());
beforeEach(() => {
  gateway.services.down.clear();
  gateway.services.forget();
});

interface Sent {
  readonly as?: typeof ann;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
}
const send = async (path: string, body: unknown, { as = ann, query = '', headers = {} }: Sent = {}) =>
  gateway.ask(`/v1/access/${path}${query}`, {
    method: 'POST',
    token: await gateway.sign({ claims: as }),
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const member = (user: string, more: Readonly<Record<string, unknown>> = {}) => ({
  user,
  relation: 'member',
  object: organization,
  ...more,
});
const check = (user: string, more: Readonly<Record<string, unknown>> = {}, sent: Sent = {}) =>
  send('check', member(user, more), sent);
/** Was it sent on, and answered by the owner? */
const wasForwarded = () => gateway.services.forwarded.length > 0;

describe('a check of the present', () => {
  it.each([
    ['themselves as me', 'user:me'],
    ['themselves by id', `user:${ann.sub}`],
  ])('is answered right here to whoever asks about %s', async (_, user) => {
    const { status, body, headers } = await check(user);
    expect([status, body]).toEqual([200, { allowed: true, revision: gateway.access.revision }]);
    expect(headers.get('content-type')).toBe('application/json');
    expect(headers.get('cache-control')).toBe('no-store');
    expect((await check(user.replace(ann.sub, bea.sub), {}, { as: bea })).body.allowed).toBe(false);
    expect(wasForwarded()).toBe(false);
  });

  it('is answered right here to whoever may read all access', async () => {
    expect((await check(`user:${ann.sub}`, {}, { as: reader })).body).toMatchObject({ allowed: true });
    expect((await check(`user:${bea.sub}`, {}, { as: reader })).body).toMatchObject({ allowed: false });
    expect((await check(`${organization}#member`, {}, { as: reader })).body).toMatchObject({ allowed: true });
    expect(wasForwarded()).toBe(false);
  });

  it('is the owner’s to answer to anybody else: they may administer what it is about', async () => {
    expect((await check(`user:${bea.sub}`)).body).toEqual({ operation: 'checkAccess' });
    expect((await check(`user:${ann.sub.toUpperCase()}`)).body).toEqual({ operation: 'checkAccess' });
  });

  it('is the owner’s to answer when its asker has just been barred from reading', async () => {
    const revision = gateway.access.write({ bar: `user:${reader.sub}` });
    expect((await check(`user:${ann.sub}`, { minRevision: revision }, { as: reader })).body).toEqual({
      operation: 'checkAccess',
    });
    const again = gateway.access.write({ unbar: `user:${reader.sub}` });
    expect((await check(`user:${ann.sub}`, { minRevision: again }, { as: reader })).body.allowed).toBe(true);
  });

  it('denies whoever is barred', async () => {
    const revision = gateway.access.write({ bar: `user:${ann.sub}` });
    expect((await check('user:me', { minRevision: revision })).body).toEqual({ allowed: false, revision });
    const again = gateway.access.write({ unbar: `user:${ann.sub}` });
    expect((await check('user:me', { minRevision: again })).body.allowed).toBe(true);
  });

  it.each([
    ['of the past', () => check('user:me', { at: 1 })],
    ['of an instant', () => check('user:me', { at: '2026-01-01T00:00:00.000Z' })],
    ['about a type that is not there', () => send('check', { user: 'user:me', relation: 'member', object: 'crew:x' })],
    [
      'about a relation that is not there',
      () => send('check', { user: 'user:me', relation: 'owner', object: organization }),
    ],
    [
      'with an id that is none',
      () => send('check', { user: 'user:me', relation: 'member', object: `organization:${'é'.repeat(130)}` }),
    ],
    ['as part of a batch', () => send('batch-check', { checks: [member('user:me'), member('user:me', { at: 1 })] })],
  ])('is the owner’s to answer: one %s', async (_, ask) => {
    expect((await ask()).body.operation).toMatch(/^checkAccess/);
    expect(wasForwarded()).toBe(true);
  });

  it.each([
    ['a field that nobody knows', () => check('user:me', { more: 1 })],
    ['a query', () => check('user:me', {}, { query: '?at=1' })],
    ['no JSON', () => send('check', '{"user":')],
    ['another content type', () => send('check', member('user:me'), { headers: { 'content-type': 'text/plain' } })],
    ['another encoding', () => send('check', member('user:me'), { headers: { 'content-encoding': 'gzip' } })],
  ])('is refused by its owner when it comes with %s', async (_, ask) => {
    const { status } = await ask();
    expect([400, 415]).toContain(status);
    expect(wasForwarded()).toBe(true);
  });

  it('takes a token', async () => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify(member('user:me'));
    expect((await gateway.ask('/v1/access/check', { method: 'POST', headers, body })).status).toBe(401);
  });
});

describe('a batch of checks', () => {
  it('is answered right here, in the order in which it was asked', async () => {
    const checks = [ann, bea, ann].map(({ sub }) => member(`user:${sub}`));
    const { body } = await send('batch-check', { checks }, { as: reader });
    expect(body).toEqual({
      results: [{ allowed: true }, { allowed: false }, { allowed: true }],
      revision: gateway.access.revision,
    });
    expect(wasForwarded()).toBe(false);
  });

  it('is the owner’s as a whole when one of it is', async () => {
    const checks = [member('user:me'), member(`user:${bea.sub}`)];
    expect((await send('batch-check', { checks })).body).toEqual({ operation: 'checkAccessBatch' });
  });
});

describe('a revision that must be there', () => {
  it('is waited for', async () => {
    const revision = gateway.access.write({
      write: { user: `user:${bea.sub}`, relation: 'member', object: organization },
    });
    const min = `1-${revision}`;
    expect((await check('user:me', { minRevision: min }, { as: bea })).body).toEqual({ allowed: true, revision });
    gateway.access.write({ remove: { user: `user:${bea.sub}`, relation: 'member', object: organization } });
    const answer = await check('user:me', { minRevision: revision + 1 }, { as: bea });
    expect(answer.body).toEqual({ allowed: false, revision: revision + 1 });
  });

  it('is refused when it is of an epoch that is over', async () => {
    expect(await check('user:me', { minRevision: '0-1' })).toMatchObject({ status: 409, code: 'revision_unknown' });
    expect(wasForwarded()).toBe(false);
  });

  it('that does not come is not waited for endlessly', async () => {
    const answer = await check('user:me', { minRevision: gateway.access.revision + 1 });
    expect(answer).toMatchObject({ status: 503, code: 'unavailable' });
    expect(answer.headers.get('retry-after')).toBe('1');
  });
});

describe('a write that was answered through this gateway', () => {
  const path = `/v1/users/${bea.sub}/permissions/access.read`;
  const write = async (change: GraphChange) => {
    gateway.services.answers.set('grantPermission', () => {
      const revision = gateway.access.write(change);
      return { status: 200, body: { revision }, headers: { 'rollcall-revision': `1-${revision}` } };
    });
    const token = await gateway.sign({ claims: ann });
    return gateway.ask(path, { method: 'PUT', token });
  };

  it('is in every answer from then on', async () => {
    const tuple = { user: `user:${bea.sub}`, relation: 'member', object: organization };
    for (let n = 0; n < 5; n++) {
      expect((await write({ write: tuple })).status).toBe(200);
      expect((await check('user:me', {}, { as: bea })).body.allowed).toBe(true);
      expect((await write({ remove: tuple })).status).toBe(200);
      expect((await check('user:me', {}, { as: bea })).body.allowed).toBe(false);
    }
  });

  it('keeps nobody waiting once its history is over', async () => {
    const lost = {
      status: 200,
      body: {},
      headers: { 'rollcall-revision': `1-${gateway.access.revision + 1}` },
    } as const;
    gateway.services.answers.set('grantPermission', () => lost);
    await gateway.ask(path, { method: 'PUT', token: await gateway.sign({ claims: ann }) });
    const waiting = check('user:me');
    gateway.access.epoch++;
    expect((await waiting).body).toMatchObject({ allowed: true, revision: gateway.access.revision });
  });
});

describe('while the owner does not answer', () => {
  it('checks are refused once what is known is older than a second, and answered again once it is back', async () => {
    expect((await check('user:me')).status).toBe(200);
    gateway.services.down.add('role-permission');
    await expect.poll(async () => (await check('user:me')).status, { timeout: 10_000 }).toBe(503);
    const answer = await check('user:me');
    expect(answer).toMatchObject({ status: 503, code: 'unavailable' });
    expect(answer.headers.get('retry-after')).toBe('1');
    expect((await gateway.ask('/livez')).status).toBe(200);
    // What needs no check goes on.
    expect((await gateway.ask('/v1/sessions', { token: await gateway.sign() })).status).toBe(200);
    expect((await gateway.ask('/v1/dead-letters', { token: await gateway.sign({ claims: reader }) })).status).toBe(503);
    const { body } = await gateway.ask('/readyz');
    expect(body.errors).toContainEqual({ pointer: '/gateway/access', detail: 'is unavailable' });
    gateway.services.down.clear();
    await expect.poll(async () => (await check('user:me')).body.allowed, { timeout: 10_000 }).toBe(true);
  });
});
