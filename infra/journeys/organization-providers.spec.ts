import { randomUUID } from 'node:crypto';
import { agreeAtProvider, openIdIssuer } from '@rollcall/testing/identity-providers';
import { playedNameServer } from '@rollcall/testing/name-server';
import { type Stack, startStack } from '@rollcall/testing/stack';
import { waitFor } from '@rollcall/testing/wait-for';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cast } from './cast.ts';
import { cookiesOf } from './cookie-session.ts';

let stack: Stack;
let cast: Cast;

beforeAll(async () => {
  stack = await startStack({ environment: { ROLLCALL_PLANS: '{"pair":2,"any":null}' } });
  cast = await Cast.of(stack);
}, 60_000);

afterAll(() => stack?.stop());

/** An organization of two, with a domain that it has proved and a provider. */
const found = async () => {
  const { token } = await cast.somebody('founder');
  const ask = async (method: string, path: string, body?: unknown) => {
    const answer = await cast.api(method, path, { token, ...(body === undefined ? {} : { body }) });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const { id } = await ask('POST', '/v1/organizations', { name: 'Acme' });
  const own = `/v1/organizations/${id}`;
  const domain = `${id}.example.com`;
  const { record } = await ask('POST', `${own}/domains`, { domain });
  const unproved = await cast.api('POST', `${own}/domains/${domain}/verify`, { token });
  expect(unproved).toMatchObject({ status: 409, body: { code: 'domain_not_proved' } });
  (await playedNameServer()).publish(record.name, record.value);
  expect(await ask('POST', `${own}/domains/${domain}/verify`)).toMatchObject({ verified: true });
  const settings = { type: 'oidc', name: 'Acme', issuer: await openIdIssuer(), clientId: 'journeys' };
  const body = { ...settings, clientSecret: 'known to nobody' };
  // It is on this very machine, where no admin of an organization may send us.
  const refused = await cast.api('POST', `${own}/identity-providers`, { token, body });
  expect(refused).toMatchObject({ status: 400, body: { errors: [{ pointer: '/body/issuer' }] } });
  const manager = await cast.holderOf('clients.manage');
  const added = await cast.api('POST', `${own}/identity-providers`, { token: manager.token, body });
  expect(added.status).toBe(201);
  return { ask, own, domain, provider: String(added.body.id) };
};

/** A browser goes to the provider and comes back; where it is sent on to, and with what. */
const comeIn = async (provider: string, claims: { readonly sub: string; readonly email: string }) => {
  const begun = await cast.api('POST', `/v1/identities/${provider}/begin`, { body: {} });
  if (begun.status !== 201) return { error: String(begun.body.code), headers: {} };
  const query = agreeAtProvider(new URL(begun.body.url), { ...claims, email_verified: true });
  const cookie = cookiesOf(begun.headers);
  const back = await cast.api('GET', `/v1/identities/${provider}/callback?${query}`, { headers: { cookie } });
  const location = new URL(back.headers.get('location') ?? 'http://nowhere.example');
  return { error: location.searchParams.get('identity_error'), headers: { cookie: cookiesOf(back.headers) } };
};

describe('an organization with a provider and a domain of its own', () => {
  it('lets its people in as members, as far as it has seats, and nobody else, until it ends that', async () => {
    const { ask, own, domain, provider } = await found();
    const listed = await cast.api('GET', `/v1/identity-providers?email=grace@${domain}`);
    expect(listed.body.items).toContainEqual({ id: provider, name: 'Acme', kind: 'redirect' });

    const stranger = { sub: randomUUID(), email: cast.admin.email };
    expect((await comeIn(provider, stranger)).error).toBe('email_outside_domains');
    const grace = { sub: randomUUID(), email: `grace@${domain}` };
    const { error, headers } = await comeIn(provider, grace);
    expect(error).toBeNull();
    const me = await cast.api('GET', '/v1/users/me', { headers });
    expect(me).toMatchObject({ status: 200, body: { email: grace.email } });
    const members = async () =>
      (await ask('GET', `${own}/members`)).items.map(({ userId }: { userId: string }) => userId);
    expect(await members()).toContain(me.body.id);
    const mine = await cast.api('GET', own, { headers });
    expect(mine.status).toBe(200);

    const second = { sub: randomUUID(), email: `second@${domain}` };
    expect((await comeIn(provider, second)).error).toBe('seat_limit_reached');
    await ask('DELETE', `${own}/members/${me.body.id}`);
    expect((await comeIn(provider, grace)).error).toBeNull();
    expect(await members()).toHaveLength(1);

    await ask('PATCH', `${own}/identity-providers/${provider}`, { enabled: false });
    expect((await comeIn(provider, grace)).error).toBe('not_found');
    const trail = await waitFor('the trail', async () => {
      const { items } = await cast.asAdmin('GET', '/v1/activity?limit=200');
      const types = items.map(({ type }: { type: string }) => type);
      return types.includes('identity_provider.changed') ? types : undefined;
    });
    expect(trail).toEqual(expect.arrayContaining(['domain.claimed', 'domain.verified', 'identity_provider.added']));
  });
});
