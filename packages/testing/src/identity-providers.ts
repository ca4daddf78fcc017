import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

const projectId = 'journeys';

/** Plays what is outside: Google's keys, with which this process signs ID tokens of Firebase. */
const startKeys = async () => {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'journeys', alg: 'RS256' }] });
  const server = createServer((_, response) => response.setHeader('content-type', 'application/json').end(keys));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // Specs that are through do not wait for it.
  server.unref();
  const { port } = server.address() as AddressInfo;
  return { privateKey, host: `127.0.0.1:${port}` };
};

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
  const { privateKey } = await playedKeys();
  const now = Math.floor(Date.now() / 1_000);
  return new SignJWT({ email, email_verified: true, auth_time: now - 60 })
    .setProtectedHeader({ alg: 'RS256', kid: 'journeys' })
    .setIssuer(`https://securetoken.google.com/${projectId}`)
    .setAudience(projectId)
    .setSubject(sub)
    .setIssuedAt(now - 60)
    .setExpirationTime(now + 3_000)
    .sign(privateKey);
};
