import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';

let auth: AuthUnderTest;

beforeAll(async () => {
  auth = await startAuthUnderTest({ environment: { PUBLIC_URL: 'https://id.example/' } });
});
afterAll(() => auth.stop());

it.each(['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'])(
  '%s names the configured issuer and its keys, whatever host was asked',
  async (path) => {
    const { status, body } = await auth.ask('GET', path, { headers: { host: 'evil.example' } });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      issuer: 'https://id.example',
      jwks_uri: 'https://id.example/.well-known/jwks.json',
      id_token_signing_alg_values_supported: ['ES256'],
    });
  },
);
