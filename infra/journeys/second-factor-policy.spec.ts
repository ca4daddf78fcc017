import { signIn } from '@rollcall/testing/people';
import { type Stack, startStack } from '@rollcall/testing/stack';
import { waitFor } from '@rollcall/testing/wait-for';
import { generate } from 'otplib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cast } from './cast.ts';
import { LiveClient } from './live-client.ts';

let stack: Stack;
let cast: Cast;

beforeAll(async () => {
  stack = await startStack();
  cast = await Cast.of(stack);
}, 60_000);

afterAll(() => stack?.stop());

const me = async (token: string) => {
  const { status, body } = await cast.api('GET', '/v1/users/me', { token });
  return status === 200 ? 'in' : String(body.code);
};

describe('an organization that wants a second factor of its members', () => {
  it('keeps whoever is signed in without one from everything at once, until they have added and proved one', async () => {
    const person = await cast.somebody();
    const { id } = await cast.asAdmin('POST', '/v1/organizations', { name: 'Strict' });
    await cast.asAdmin('POST', `/v1/organizations/${id}/members`, { userId: person.id });
    const outsider = await cast.somebody();
    expect(await me(person.token)).toBe('in');
    await cast.asAdmin('PUT', `/v1/organizations/${id}/policies`, { mfaRequired: true });
    await waitFor('the policy', async () => (await me(person.token)) === 'second_factor_required', 2_000);
    expect(await me(outsider.token)).toBe('in');
    await expect(LiveClient.withToken(stack.gateway, person.token)).rejects.toThrow('refused with 401');
    // Nor by signing in anew.
    expect(await me((await signIn(cast.api, person)).token)).toBe('second_factor_required');

    const { token } = await signIn(cast.api, person);
    const enrolled = await cast.api('POST', '/v1/mfa/totp', { token, body: { name: 'Phone' } });
    expect(enrolled.status).toBe(201);
    const secret = String(enrolled.body.secret);
    const body = { code: await generate({ secret }) };
    const confirmed = await cast.api('POST', `/v1/mfa/totp/${enrolled.body.id}/confirm`, { token, body });
    const [recoveryCode] = confirmed.body.recoveryCodes as string[];
    expect(await me(token)).toBe('second_factor_required');

    const first = await cast.api('POST', '/v1/sessions', {
      body: { identifier: person.username, password: person.password },
    });
    const second = { mfaToken: first.body.mfaToken, method: 'recovery_code', code: recoveryCode };
    const { body: tokens } = await cast.api('POST', '/v1/sessions/mfa', { body: second });
    expect(await me(String(tokens.accessToken))).toBe('in');
  });
});
