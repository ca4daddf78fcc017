import { type Stack, startStack } from '@rollcall/testing/stack';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { Cast } from './cast.ts';
import { ownOrigin } from './cookie-session.ts';

let stack: Stack;
let cast: Cast;
let origin: string;
beforeAll(async () => {
  stack = await startStack({ environment: { OAUTH_REGISTRATION: 'token' } });
  cast = await Cast.of(stack);
  origin = await ownOrigin(cast.api);
}, 60_000);
afterAll(() => stack?.stop());

const registration = z.object({
  client_id: z.string(),
  registration_client_uri: z.string(),
  registration_access_token: z.string(),
});
const said = { client_name: 'Made by itself', redirect_uris: ['https://app.example/callback'] };
const send = (method: string, at: string, token: string | undefined, body?: object) =>
  fetch(new URL(at, origin), {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

it('an application registers itself with a key, and looks after what it has registered with what it was given', async () => {
  const { token: administrator } = cast.admin;
  const made = await cast.api('POST', '/v1/api-keys', {
    token: administrator,
    body: { name: 'registrar', scopes: ['clients.register'], expiresInDays: 1 },
  });
  const key = String(made.body.key);
  for (const token of [undefined, 'x', 'x'.repeat(43), key.slice(0, -1)]) {
    expect((await send('POST', '/oidc/register', token, said)).status).toBe(401);
  }
  const registered = registration.parse(await (await send('POST', '/oidc/register', key, said)).json());
  const { client_id, registration_client_uri: at, registration_access_token: token } = registered;
  expect(await (await send('GET', at, token)).json()).toMatchObject({ ...said, client_id });
  const client_name = 'Another name';
  expect(await (await send('PUT', at, token, { ...said, client_name })).json()).toMatchObject({ client_name });
  expect((await send('GET', at, key)).status).toBe(401);
  expect((await send('GET', '/v1/users/me', token)).status).toBe(401);
  expect((await send('DELETE', at, token)).status).toBe(204);
  expect((await send('GET', at, token)).status).toBe(401);
});
