import { digestOf } from '@rollcall/service-kit/sealed-secret';
import type { TokenHolder } from '@rollcall/types/routes/auth/tokens';
import * as oauth from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';
import { Browser, issuer } from '../testing/browser.ts';
import { begin, exchange, registerClient, relyingParty } from '../testing/relying-party.ts';

let auth: AuthUnderTest;

beforeAll(async () => {
  auth = await startAuthUnderTest();
});
afterAll(() => auth.stop());

const scopes = ['openid', 'offline_access', 'account.read', 'activity.read', 'personas.write'] as const;

/** Somebody who has let an application act for them at our own routes. */
const using = async (scope = 'openid account.read activity.read', more: Readonly<Record<string, string>> = {}) => {
  const person = await auth.register();
  const browser = new Browser(auth);
  await browser.signIn(person);
  const client = await registerClient(auth, { resources: [issuer], scopes: [...scopes] });
  const app = await relyingParty(auth, client);
  const begun = await begin(app, { scope, resource: issuer, ...more });
  const tokens = await exchange(app, await browser.authorize(begun.url), begun, { resource: issuer });
  return { person, browser, client, app, tokens };
};

const holderOf = async (token: string) => {
  const body = { kind: 'oauth_token', digest: digestOf(token) };
  const answer = await auth.ask('POST', '/internal/tokens/holder', { from: 'gateway', body });
  // Answers were judged by the route's own schema.
  return (answer.body as { holder: TokenHolder | null }).holder;
};

const revocationsOf = (value: string | undefined) =>
  auth.connection.sql`select kind from auth.revocations where value = ${String(value)}`;

describe('a token for this service', () => {
  it('says nothing itself, and is of who let it, for what they let and what opens anything here', async () => {
    const { person, browser, tokens } = await using('openid account.read personas.write');
    expect(tokens.access_token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(await holderOf(tokens.access_token)).toEqual({
      userId: person.userId,
      sessionId: browser.actor?.sessionId,
      tokenId: expect.any(String),
      scopes: ['account.read'],
      methods: ['pwd'],
      expiresAt: expect.any(String),
    });
  });

  it('is nothing to those who were given one for something else', async () => {
    const { app, tokens } = await using();
    const other = await oauth.refreshTokenGrant(app, String(tokens.refresh_token));
    expect(await holderOf(other.access_token)).toBeNull();
    expect(await holderOf(String(other.refresh_token))).toBeNull();
    expect(await holderOf('made up')).toBeNull();
  });

  it('lies in the database as a digest that the token alone does not give', async () => {
    const { tokens } = await using();
    const rows = await auth.connection.sql`select * from auth.oauth_records where kind = 'AccessToken'`;
    expect(JSON.stringify(rows)).not.toContain(tokens.access_token);
    expect(rows.map(({ digest }) => digest)).not.toContain(digestOf(tokens.access_token));
  });

  it('ends with the sign-in', async () => {
    const { browser, tokens } = await using();
    const sessionId = browser.actor?.sessionId;
    await browser.request('DELETE', '/v1/sessions/current');
    expect(await holderOf(tokens.access_token)).toBeNull();
    expect(await revocationsOf(sessionId)).toMatchObject([{ kind: 'session' }]);
  });

  it('with offline_access outlives it, by the consent, until that is taken back', async () => {
    const { person, browser, tokens } = await using('openid offline_access account.read', { prompt: 'consent' });
    await browser.request('DELETE', '/v1/sessions/current');
    const holder = await holderOf(tokens.access_token);
    const again = await auth.signIn(person);
    const { items } = (await auth.ask('GET', '/v1/oauth/consents', { actor: again.actor })).body as {
      items: { id: string }[];
    };
    expect(holder).toMatchObject({ userId: person.userId, sessionId: items[0]?.id });
    await auth.ask('DELETE', `/v1/oauth/consents/${items[0]?.id}`, { actor: again.actor });
    expect(await holderOf(tokens.access_token)).toBeNull();
    expect(await revocationsOf(holder?.tokenId)).toMatchObject([{ kind: 'token' }]);
  });

  it('ends when the application gives it back, and no sooner for giving back another', async () => {
    const { app, tokens } = await using();
    const { tokenId } = (await holderOf(tokens.access_token)) ?? {};
    await oauth.tokenRevocation(app, 'made up');
    expect(await holderOf(tokens.access_token)).not.toBeNull();
    await oauth.tokenRevocation(app, tokens.access_token);
    expect(await holderOf(tokens.access_token)).toBeNull();
    expect(await revocationsOf(tokenId)).toMatchObject([{ kind: 'token' }]);
  });

  it('ends with its whole grant', async () => {
    const { app, tokens } = await using();
    const { tokenId } = (await holderOf(tokens.access_token)) ?? {};
    await oauth.tokenRevocation(app, String(tokens.refresh_token));
    expect(await holderOf(tokens.access_token)).toBeNull();
    expect(await revocationsOf(tokenId)).toMatchObject([{ kind: 'token' }]);
  });

  it.each([
    ['disabled', 'PATCH', { enabled: false }],
    ['removed', 'DELETE', undefined],
  ] as const)('ends when the application is %s', async (_, method, body) => {
    const { client, tokens } = await using();
    const { tokenId } = (await holderOf(tokens.access_token)) ?? {};
    const { actor } = await auth.signIn(await auth.register());
    auth.grant(actor, 'clients.manage');
    const changed = await auth.ask(method, `/v1/oauth/clients/${client.id}`, { actor, ...(body ? { body } : {}) });
    expect(changed.status).toBe(200);
    expect(await holderOf(tokens.access_token)).toBeNull();
    expect(await revocationsOf(tokenId)).toMatchObject([{ kind: 'token' }]);
  });

  it('is of nobody while an organization wants a second factor that was not proved', async () => {
    const { person, tokens } = await using();
    auth.world.needSecondFactor.add(person.userId);
    expect(await holderOf(tokens.access_token)).toBeNull();
    auth.world.needSecondFactor.delete(person.userId);
    expect(await holderOf(tokens.access_token)).not.toBeNull();
  });

  it('that is bound to a key is none for whoever bears it', async () => {
    const { person, browser, client } = await using();
    const app = await relyingParty(auth, client);
    const DPoP = oauth.getDPoPHandle(app, await oauth.randomDPoPKeyPair());
    const begun = await begin(app, { scope: 'openid account.read', resource: issuer });
    const answer = await browser.authorize(begun.url);
    const checks = { pkceCodeVerifier: begun.verifier, expectedState: begun.state, expectedNonce: begun.nonce };
    const tokens = await oauth.authorizationCodeGrant(app, answer, checks, { resource: issuer }, { DPoP });
    expect(tokens.claims()?.sub).toBe(person.userId);
    expect(await holderOf(tokens.access_token)).toBeNull();
  });
});

describe('an application', () => {
  it('gets none for this service without being registered for it, or in its own name', async () => {
    const person = await auth.register();
    const browser = new Browser(auth);
    await browser.signIn(person);
    const other = await relyingParty(auth, await registerClient(auth));
    const { location } = await browser.open((await begin(other, { resource: issuer })).url);
    expect(location.searchParams.get('error')).toBe('invalid_target');
    const own = await registerClient(auth, {
      ...{ resources: [issuer], scopes: ['account.read'], redirectUris: [], grantTypes: ['client_credentials'] },
    });
    const app = await relyingParty(auth, own);
    await expect(oauth.clientCredentialsGrant(app, { resource: issuer })).rejects.toMatchObject({
      error: 'invalid_target',
    });
  });

  it.each([`${issuer}/`, `${issuer}/v1`])('names this service in one way only: %s is refused', async (resource) => {
    const { actor } = await auth.signIn(await auth.register());
    auth.grant(actor, 'clients.manage');
    const body = { name: 'x', authMethod: 'none', redirectUris: ['https://app.example/'], resources: [resource] };
    const answer = await auth.ask('POST', '/v1/oauth/clients', { actor, body });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: '/body/resources/0' }] } });
  });
});
