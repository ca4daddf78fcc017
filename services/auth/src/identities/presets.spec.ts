import { newId } from '@rollcall/service-kit/identity';
import { OutgoingHttp } from '@rollcall/service-kit/outgoing-http';
import { exportPKCS8, generateKeyPair, jwtVerify } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startAuthUnderTest } from '../testing/auth-under-test.ts';
import { createBrowser } from '../testing/identity-browser.ts';
import { type ScriptedProvider, startScriptedProvider } from '../testing/scripted-provider.ts';
import { authorizationUrl, identify } from './identify.ts';
import type { presets } from './presets.ts';
import { type IdentityProvider, isFault, type RedirectProvider } from './provider.ts';
import { createProviderClients } from './provider-clients.ts';
import { identityProviders, redirectProviderOf } from './provider-config.ts';
import { describedIdentity } from './user-information.ts';

const configured = (preset: keyof typeof presets): RedirectProvider => {
  const more = preset === 'apple' ? { teamId: 'A-TEAM', keyId: 'A-KEY' } : {};
  const read = identityProviders.parse(JSON.stringify([{ id: preset, preset, clientId: 'rollcall', ...more }]));
  const provider: IdentityProvider | undefined = read.get(preset);
  if (!provider || provider.type === 'firebase') throw new Error(`${preset} is no provider to be sent to`);
  return provider;
};

const described = (preset: keyof typeof presets, information: Record<string, unknown>, listed?: unknown) =>
  describedIdentity(configured(preset), 'https://issuer.example', information, listed);

const email = 'ada@example.com';

describe('an address', () => {
  it.each([
    ['google', { sub: '1', email, email_verified: true }],
    ['gitlab', { sub: '1', email, email_verified: true }],
    ['linkedin', { sub: '1', email, email_verified: true }],
    ['apple', { sub: '1', email, email_verified: 'true' }],
    ['microsoft', { sub: '1', email, xms_edov: true }],
    ['microsoft', { sub: '1', email, xms_edov: '1' }],
    ['discord', { id: '1', email, verified: true }],
  ] as const)('is vouched for by %s as it says so', (preset, information) => {
    expect(described(preset, information)).toMatchObject({ externalId: '1', verifiedEmail: email });
  });

  it.each([
    ['google', { sub: '1', email, email_verified: false }],
    ['google', { sub: '1', email, verified: true }],
    ['apple', { sub: '1', email, email_verified: 'false' }],
    ['microsoft', { sub: '1', email, email_verified: true }],
    ['microsoft', { sub: '1', email, xms_edov: '0' }],
    ['discord', { id: '1', email, verified: false }],
    ['discord', { id: '1', email, email_verified: true }],
    ['facebook', { id: '1', email, email_verified: true, verified: true }],
    ['google', { sub: '1', email: [email], email_verified: true }],
  ] as const)('is not vouched for by %s otherwise (N17)', (preset, information) => {
    expect(described(preset, information)).toMatchObject({ externalId: '1', verifiedEmail: undefined });
  });

  it('of a private account at Google counts for no organization, however Google was set up', () => {
    const owner = { organizationId: newId(), sealedSecret: '', mayBePrivate: false, version: 1 };
    const common = { id: 'google', clientId: 'rollcall', signUp: true };
    const google = 'https://accounts.google.com';
    for (const settings of [
      { preset: 'google' },
      { type: 'oidc', issuer: 'https://Accounts.google.com:443/' },
    ] as const) {
      const provider = { ...redirectProviderOf({ ...common, ...settings }, (_, value) => value ?? ''), owner };
      const of = (more: object) =>
        describedIdentity(provider, google, { sub: '1', email, email_verified: true, ...more });
      expect(of({})).toMatchObject({ verifiedEmail: undefined });
      expect(of({ hd: 'example.com' })).toMatchObject({ verifiedEmail: email });
    }
  });

  it('is vouched for by GitHub when it is verified and the one that the person has chosen', () => {
    const list = (...addresses: [string, boolean, boolean][]) =>
      addresses.map(([address, primary, verified]) => ({ email: address, primary, verified }));
    const of = (listed: unknown) => described('github', { id: 7, login: 'ada', email }, listed);
    expect(of(list(['old@example.com', false, true], [email, true, true]))).toMatchObject({
      externalId: '7',
      verifiedEmail: email,
    });
    for (const listed of [list([email, true, false]), list([email, false, true]), [], {}, null, 'x']) {
      expect(of(listed)).toMatchObject({ externalId: '7', verifiedEmail: undefined });
    }
  });

  it('never says who somebody is', () => {
    for (const preset of ['google', 'github', 'facebook', 'discord'] as const) {
      expect(isFault(described(preset, { email, email_verified: true, verified: true }))).toBe(true);
    }
  });
});

describe('Apple', () => {
  let idp: ScriptedProvider;
  beforeEach(async () => {
    idp = await startScriptedProvider();
  });
  afterEach(() => idp.close());

  it('is sent a secret that is signed just now, for it alone', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const provider = { ...configured('apple'), issuer: idp.url };
    const outgoing = new OutgoingHttp({ privateHosts: new Set([idp.host]) });
    const clients = createProviderClients({ outgoingTo: () => outgoing, secretOf: () => exportPKCS8(privateKey) });
    const redirectUri = 'https://id.example.com/v1/identities/apple/callback';
    const checks = { state: 'a state', nonce: 'a nonce', codeVerifier: 'v'.repeat(43) };
    const begun = await authorizationUrl(clients, provider, redirectUri, checks);
    expect(begun.searchParams.get('response_mode')).toBe('form_post');
    expect(await identify(clients, provider, redirectUri, idp.agree(begun, { sub: '1' }), checks)).toMatchObject({
      externalId: '1',
    });
    const secret = idp.asked.find(({ path }) => path === '/token')?.body.get('client_secret') ?? '';
    const { payload, protectedHeader } = await jwtVerify(secret, publicKey, { audience: idp.url, issuer: 'A-TEAM' });
    expect(protectedHeader).toMatchObject({ alg: 'ES256', kid: 'A-KEY' });
    expect(payload.sub).toBe('rollcall');
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(300);
    await outgoing.close();
  });

  it('sends browsers back with a form, which goes on as a query with their cookies', async () => {
    const { privateKey } = await generateKeyPair('ES256', { extractable: true });
    const apple = { id: 'apple', preset: 'apple', issuer: idp.url, clientId: 'rollcall', teamId: 't', keyId: 'k' };
    const acme = { id: 'acme', type: 'oidc', issuer: 'https://acme.example', clientId: 'rollcall' };
    const auth = await startAuthUnderTest({
      environment: {
        IDENTITY_PROVIDERS: JSON.stringify([apple, acme]),
        IDENTITY_PROVIDER_SECRETS: JSON.stringify({ apple: await exportPKCS8(privateKey), acme: 'x' }),
        OUTGOING_PRIVATE_HOSTS: idp.host,
      },
    });
    const browser = createBrowser(auth.ask);
    const given = idp.agree(await browser.begin('apple'), { sub: '1', email, email_verified: 'true' });
    const post = (provider: string, form: string, type = 'application/x-www-form-urlencoded') =>
      auth.ask('POST', `/v1/identities/${provider}/callback`, { rawBody: form, headers: { 'content-type': type } });
    const form = new URLSearchParams({ ...given, user: '{"name":{"firstName":"Ada"}}', id_token: 'x' }).toString();
    const sent = await post('apple', form);
    expect(sent).toMatchObject({ status: 303, cookies: [] });
    const query = Object.fromEntries(new URL(sent.headers.location ?? '').searchParams);
    expect(query).toEqual(given);
    expect((await browser.comeBack('apple', query)).accessToken).toBeDefined();

    expect((await post('apple', form, 'application/json')).status).toBe(415);
    expect((await post('apple', 'state=a&state=b')).status).toBe(400);
    expect((await post('apple', 'state=%00')).status).toBe(400);
    expect((await post('acme', form)).status).toBe(404);
    await auth.stop();
  });
});
