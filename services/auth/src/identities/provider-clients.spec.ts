import { OutgoingHttp } from '@rollcall/service-kit/outgoing-http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ScriptedProvider, startScriptedProvider } from '../testing/scripted-provider.ts';
import { authorizationUrl, identify } from './identify.ts';
import type { OidcProvider } from './provider.ts';
import { createProviderClients, type ProviderClients } from './provider-clients.ts';

let idp: ScriptedProvider;
let outgoing: OutgoingHttp;
let clients: ProviderClients;
let provider: OidcProvider;

const redirectUri = 'http://rollcall.test/v1/identities/idp/callback';
const checks = { state: 'a state', nonce: 'a nonce', codeVerifier: 'v'.repeat(43) };

beforeEach(async () => {
  idp = await startScriptedProvider();
  outgoing = new OutgoingHttp({ privateHosts: new Set([idp.host]), deadline: 2_000 });
  clients = createProviderClients({ outgoingTo: () => outgoing, secretOf: () => 'a secret' });
  const common = { id: 'idp', name: 'The Provider', clientId: 'rollcall', scopes: ['openid'], signUp: true };
  const fields = { verifiedField: undefined, managedField: undefined };
  const rest = { clientAuth: 'post', postsForms: false, signedSecret: undefined } as const;
  provider = { ...common, ...fields, ...rest, type: 'oidc', issuer: idp.url };
});
afterEach(async () => {
  await outgoing.close();
  await idp.close();
});

const comeBack = async () => {
  const begun = await authorizationUrl(clients, provider, redirectUri, checks);
  return identify(clients, provider, redirectUri, idp.agree(begun, { sub: 'somebody' }), checks);
};

describe('a provider', () => {
  it('says who somebody is', async () => {
    expect(await comeBack()).toEqual({ issuer: idp.url, externalId: 'somebody', verifiedEmail: undefined });
  });

  it('is asked to describe itself once, also by many at a time', async () => {
    await Promise.all([comeBack(), comeBack(), comeBack()]);
    await comeBack();
    expect(idp.asked.filter(({ path }) => path.includes('openid-configuration'))).toHaveLength(1);
  });

  it('that did not describe itself is asked again', async () => {
    idp.script.answers['/.well-known/openid-configuration'] = { status: 503, body: '' };
    await expect(comeBack()).rejects.toThrow();
    idp.reset();
    expect(await comeBack()).toMatchObject({ externalId: 'somebody' });
  });

  it('that says it is another issuer is believed nothing (N18)', async () => {
    for (const issuer of ['https://accounts.google.com', `${idp.url}.evil.example`, '']) {
      idp.script.metadata = { issuer };
      await expect(comeBack()).rejects.toThrow();
    }
  });

  it.each([
    ['the keys are', { jwks_uri: 'http://127.0.0.1:1/jwks' }],
    ['the keys are, over TLS', { jwks_uri: 'https://169.254.169.254/jwks' }],
    ['codes are exchanged', { token_endpoint: 'http://127.0.0.1:1/token' }],
  ])('reaches nothing inside when it says that %s there (N41)', async (_, metadata) => {
    idp.script.metadata = metadata;
    expect(await comeBack()).toMatchObject({ fault: 'provider_unavailable' });
  });

  it('that redirects its description to the inside is not followed (N41)', async () => {
    const headers = { location: 'http://169.254.169.254/latest/meta-data' };
    idp.script.answers['/.well-known/openid-configuration'] = { status: 302, headers, body: '' };
    await expect(comeBack()).rejects.toMatchObject({ cause: { fault: 'redirected' } });
  });
});
