import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

const projectId = 'journeys';

/**
 * Plays what is outside: Google's keys, with which this process signs ID tokens of Firebase, and below `/openid` a provider
 * that says of somebody what their code says.
 */
const startKeys = async () => {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'journeys', alg: 'RS256' }] };
  const sign = (claims: JWTPayload): Promise<string> =>
    new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'journeys' }).sign(privateKey);
  const respond = async (path: string, body: string): Promise<unknown> => {
    const issuer = `http://${host}/openid`;
    if (path === '/openid/.well-known/openid-configuration') return describedAs(issuer);
    if (path !== '/openid/token') return keys;
    const said = JSON.parse(Buffer.from(new URLSearchParams(body).get('code') ?? '', 'base64url').toString());
    const now = Math.floor(Date.now() / 1_000);
    const id_token = await sign({ iss: issuer, aud: 'journeys', iat: now, exp: now + 300, ...said });
    return { access_token: 'opens nothing', token_type: 'Bearer', id_token };
  };
  const server = createServer(async (request, response) => {
    const answer = await respond(request.url ?? '', await text(request));
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // Specs that are through do not wait for it.
  server.unref();
  const { port } = server.address() as AddressInfo;
  const host = `127.0.0.1:${port}`;
  return { sign, host };
};

const describedAs = (issuer: string) => ({
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/jwks`,
  response_types_supported: ['code'],
  id_token_signing_alg_values_supported: ['RS256'],
});

let started: ReturnType<typeof startKeys> | undefined;
const playedKeys = () => {
  started ??= startKeys();
  return started;
};

/** The provider that browsers are sent to; nobody there ever answers. */
export const redirectProvider = 'forge';

/** The one that would send browsers back with a form; it is never called. */
export const formProvider = 'apple';

/** The identity providers that stacks have unless they say otherwise. */
export const identityProviderEnvironment = async (): Promise<Readonly<Record<string, string>>> => {
  const { host } = await playedKeys();
  const url = `http://${host}`;
  const forge = { id: redirectProvider, type: 'oauth2', clientId: 'journeys' };
  const addresses = { authorizationUrl: `${url}/authorize`, tokenUrl: `${url}/token`, userinfoUrl: `${url}/user` };
  return {
    IDENTITY_PROVIDERS: JSON.stringify([
      { id: 'firebase', preset: 'firebase', projectId, keysUrl: `${url}/jwks` },
      { ...forge, ...addresses },
      { id: formProvider, preset: 'apple', clientId: 'journeys', teamId: 'none', keyId: 'none' },
    ]),
    IDENTITY_PROVIDER_SECRETS: JSON.stringify({ [redirectProvider]: 'known to nobody', [formProvider]: 'no key' }),
    OUTGOING_PRIVATE_HOSTS: host,
  };
};

/** An ID token of Firebase about somebody, who has this address. */
export const firebaseToken = async (sub: string, email: string): Promise<string> => {
  const { sign } = await playedKeys();
  const now = Math.floor(Date.now() / 1_000);
  const lasting = { auth_time: now - 60, iat: now - 60, exp: now + 3_000 };
  const iss = `https://securetoken.google.com/${projectId}`;
  return sign({ sub, email, email_verified: true, iss, aud: projectId, ...lasting });
};

/** A provider for organizations, whose client is `journeys`. */
export const openIdIssuer = async (): Promise<string> => `http://${(await playedKeys()).host}/openid`;

/** Somebody agrees on the page that the browser was sent to: the query with which it comes back. */
export const agreeAtProvider = (begun: URL, claims: JWTPayload): URLSearchParams => {
  const nonce = begun.searchParams.get('nonce') ?? '';
  const code = Buffer.from(JSON.stringify({ ...claims, nonce })).toString('base64url');
  return new URLSearchParams({ code, state: begun.searchParams.get('state') ?? '' });
};
