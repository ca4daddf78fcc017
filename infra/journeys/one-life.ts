import { createApiClient } from '@rollcall/testing/api-client';
import { createMailbox, tokenIn } from '@rollcall/testing/mailbox';
import { confirmSignUp, newcomer, registerPerson, signIn } from '@rollcall/testing/people';
import type { Stack } from '@rollcall/testing/stack';
import { waitFor } from '@rollcall/testing/wait-for';
import { expect } from 'vitest';

/** Follows a person from sign-up to deactivation and back, on a stack that nobody has signed up at. */
export const liveOneLife = async (stack: Stack): Promise<void> => {
  const api = createApiClient(stack.gateway);
  const mailbox = createMailbox(stack.mail);

  // The first verified person of a development system is its administrator.
  const admin = await registerPerson(api, stack.mail, newcomer('admin'), stack.setupToken);
  const adminRights = await api('GET', '/v1/users/me/permissions', { token: admin.token });
  expect(adminRights.body.items.map((held: { name: string }) => held.name)).toContain('admin');

  // Sign up, and nothing opens before the address is confirmed.
  const person = newcomer('person');
  const { email, username, password } = person;
  const signedUp = await api('POST', '/v1/registrations', {
    body: { email, username, password, profile: { firstName: 'Ada', locale: 'en-GB' } },
  });
  expect(signedUp).toMatchObject({ status: 202, body: { status: 'verification_sent' } });
  const early = await api('POST', '/v1/sessions', { body: { identifier: username, password } });
  expect(early).toMatchObject({ status: 401, body: { code: 'invalid_credentials' } });

  // Confirm: the mailed secret works once.
  const token = tokenIn(await mailbox.waitForMail(email, /confirm/i));
  const id = await confirmSignUp(api, person, token);
  const again = await api('POST', '/v1/registrations/verify', { body: { token } });
  expect(again).toMatchObject({ status: 400, body: { code: 'token_invalid' } });

  // Sign in, and read one's own profile.
  const session = await signIn(api, person);
  const me = await api('GET', '/v1/users/me', { token: session.token });
  expect(me).toMatchObject({ status: 200, body: { id, username, email, firstName: 'Ada', locale: 'en-GB' } });

  // A permission is defined and granted, and holds: at once where it was granted, a moment later at other replicas.
  const created = await api('POST', '/v1/permissions', {
    token: admin.token,
    body: { name: 'reports.read', description: 'Read the monthly reports.' },
  });
  expect(created.status).toBe(201);
  const granted = await api('PUT', `/v1/users/${id}/permissions/reports.read`, { token: admin.token });
  expect(granted.status).toBe(200);
  const rights = await waitFor(
    'the right',
    async () => {
      const { items } = (await api('GET', '/v1/users/me/permissions', { token: session.token })).body;
      return items.length > 0 && items;
    },
    // Who is answered by the replica that granted it waits for nothing.
    stack.moreGateways.length === 0 ? 10 : 1_000,
  );
  expect(rights).toMatchObject([{ name: 'reports.read', source: 'grant', grantedBy: admin.id }]);

  // The trail has it all, in order.
  const trail = await waitFor('the grant in the audit trail', async () => {
    const { body } = await api('GET', `/v1/activity?subject=${id}`, { token: admin.token });
    const types: string[] = body.items.map((item: { type: string }) => item.type).reverse();
    return types.includes('permission.granted') && types.includes('session.started') && types;
  });
  for (const type of ['verification.requested', 'user.registered', 'profile.created', 'session.started']) {
    expect(trail).toContain(type);
  }

  // Deactivated: the live token stops within a second, and no door opens.
  const reason = 'Left the company.';
  const deactivated = await api('POST', `/v1/users/${id}/deactivate`, { token: admin.token, body: { reason } });
  expect(deactivated).toMatchObject({ status: 200, body: { userId: id, status: 'deactivated' } });
  await waitFor(
    'the token to stop',
    async () => (await api('GET', '/v1/users/me', { token: session.token })).status === 401,
    1_000,
  );
  const refreshed = await api('POST', '/v1/sessions/refresh', { body: { refreshToken: session.refreshToken } });
  expect(refreshed).toMatchObject({ status: 401, body: { code: 'refresh_token_invalid' } });
  const locked = await api('POST', '/v1/sessions', { body: { identifier: email, password } });
  expect(locked).toMatchObject({ status: 401, body: { code: 'invalid_credentials' } });
  await mailbox.waitForMail(email, /deactivated/i);

  // The trail says who did it and why, and that the sessions ended by the same hand.
  for (const [type, data] of [
    ['user.deactivated', { personal: { reason } }],
    ['session.ended', { reason: 'deactivated' }],
  ] as const) {
    const [entry] = await waitFor(`${type} in the audit trail`, async () => {
      const { body } = await api('GET', `/v1/activity?subject=${id}&type=${type}`, { token: admin.token });
      return body.items.length > 0 && body.items;
    });
    expect(entry).toMatchObject({ actor: admin.id, data });
  }

  // And back: the account opens again, with the rights it had.
  const reactivated = await api('POST', `/v1/users/${id}/reactivate`, { token: admin.token });
  expect(reactivated).toMatchObject({ status: 200, body: { status: 'active' } });
  const back = await signIn(api, person);
  const rightsAgain = await api('GET', '/v1/users/me/permissions', { token: back.token });
  expect(rightsAgain.body.items).toMatchObject([{ name: 'reports.read' }]);
};
