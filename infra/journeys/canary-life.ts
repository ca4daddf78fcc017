import type { ApiAnswer } from '@rollcall/testing/api-client';
import { createMailbox, tokenIn } from '@rollcall/testing/mailbox';
import { waitFor } from '@rollcall/testing/wait-for';
import type { CanaryStack } from './canary-stack.ts';
import { useEveryWayIn } from './canary-ways-in.ts';
import { LiveClient } from './live-client.ts';

export interface Life {
  readonly userId: string;
  readonly email: string;
  readonly adminToken: string;
  /** Secrets that were mailed, and to whom. */
  readonly mailed: ReadonlyMap<string, string>;
  /** As the answer to the sign-up told it. */
  readonly signUpRequestId: string;
}

interface Person {
  readonly name: string;
  readonly email: string;
  readonly username: string;
  readonly password: string;
}

/**
 * One person's life, every value of which is a canary: signed up, confirmed, signed in by every way in, renewed, changed,
 * forgotten and reset, given a permission, deactivated; and each of it done wrong as well. Somebody else is there who is told nothing.
 */
export const liveOneLife = async (canaryStack: CanaryStack): Promise<Life> => {
  const { stack, canaries, fresh, clientOf } = canaryStack;
  const mailbox = createMailbox(stack.mail);
  const mailed = new Map<string, string>();
  const setupToken = canaries.add('secret', 'the set-up token', stack.setupToken ?? '');
  const office = clientOf({ userAgent: 'an office', address: '192.0.2.1' });
  const api = clientOf({
    userAgent: `Mozilla/5.0 (${fresh('personal', 'the user agent')})`,
    address: canaries.add('personal', 'the address', `2001:db8:${hexGroup()}:${hexGroup()}::${hexGroup()}`),
  });

  const secret = (name: string): string => `${fresh('secret', name)} Xy1`;
  /** What opens a session: in the body, or in cookies. */
  const holdTokens = (name: string, { body, headers }: ApiAnswer): void => {
    const cookies = headers.getSetCookie().map((cookie) => cookie.split(/[=;]/)[1] ?? '');
    for (const token of [body?.accessToken, body?.refreshToken, ...cookies]) {
      // Of a JWT, its header is the same for everybody.
      const own = typeof token === 'string' && token !== '' ? token.split('.').slice(-2) : [];
      for (const part of own) canaries.add('secret', `a token of ${name}`, part);
    }
  };
  const mailedToken = async ({ email, name }: Person, subject: RegExp): Promise<string> => {
    const token = canaries.add(
      'secret',
      `a secret mailed to ${name}`,
      tokenIn(await mailbox.waitForMail(email, subject)),
    );
    mailed.set(token, email);
    return token;
  };
  const person = (name: string): Person => {
    const username = name === 'the person' ? fresh('personal', 'the username') : name.replaceAll(' ', '-');
    const email = name === 'the person' ? `${fresh('personal', 'the e-mail')}@example.com` : `${username}@example.com`;
    return { name, username, email, password: secret(`the password of ${name}`) };
  };
  const signUp = async (who: Person, client = api, more: object = {}): Promise<string> => {
    const { email, username, password } = who;
    const signedUp = await client('POST', '/v1/registrations', { body: { email, username, password, ...more } });
    expectStatus(signedUp, 202);
    const token = await mailedToken(who, /confirm/i);
    await client('GET', `/verify?token=${token}`);
    expectStatus(await client('POST', '/v1/registrations/verify', { body: { token } }), 200);
    expectStatus(await client('POST', '/v1/registrations/verify', { body: { token } }), 400);
    return signedUp.headers.get('x-request-id') ?? '';
  };
  const signIn = async (who: Person, client = api, password = who.password, path = '/v1/sessions') => {
    const answer = await client('POST', path, { body: { identifier: who.username, password } });
    holdTokens(who.name, answer);
    return answer;
  };

  const admin = person('the administrator');
  await signUp(admin, office, { setupToken });
  const adminToken: string = (await signIn(admin, office)).body.accessToken;
  await signUp(person('a bystander'), office);

  const ada = person('the person');
  const profile = {
    firstName: fresh('personal', 'the first name'),
    lastName: fresh('personal', 'the last name'),
    description: fresh('personal', 'the description'),
    locale: 'en-GB',
  };
  const signUpRequestId = await signUp(ada, api, { profile });
  // The same again: by the name of another, by the address of another, and with a token that is none.
  const again = { email: ada.email, username: ada.username, password: secret('a password of a second sign-up') };
  const other = fresh('personal', 'another username');
  const register = (body: object) => api('POST', '/v1/registrations', { body });
  expectStatus(await register({ ...again, email: `${other}@example.com` }), 409);
  expectStatus(await register({ ...again, username: other }), 202);
  expectStatus(await register({ ...again, username: other, setupToken: fresh('secret', 'a wrong set-up token') }), 400);

  expectStatus(await signIn(ada, api, secret('a wrong password')), 401);
  const mistaken = { identifier: fresh('secret', 'a password typed as a name'), password: secret('a mistaken one') };
  expectStatus(await api('POST', '/v1/sessions', { body: mistaken }), 401);
  const session = await signIn(ada);
  expectStatus(session, 201);
  const { refreshToken } = session.body;
  const refreshed = await api('POST', '/v1/sessions/refresh', { body: { refreshToken } });
  expectStatus(refreshed, 200);
  holdTokens(ada.name, refreshed);
  const token: string = refreshed.body.accessToken;
  const id: string = refreshed.body.user.id;

  const live = await LiveClient.withToken(stack.gateway, token);
  live.say({
    type: 'subscribe',
    id: 'wrong',
    channel: fresh('secret', 'a channel'),
    token: fresh('secret', 'a token'),
  });
  await live.waitFor('a refusal', ({ problem }) => problem !== undefined);
  live.close();
  await LiveClient.withToken(stack.gateway, fresh('secret', 'a wrong token of a live connection')).catch(
    () => undefined,
  );

  const asAdmin = (method: string, path: string, body?: object) =>
    office(method, path, { token: adminToken, ...(body === undefined ? {} : { body }) });
  await useEveryWayIn(canaryStack, {
    ...{ person: ada, token, api, asAdmin, expectStatus },
    holdTokens: (answer) => holdTokens(ada.name, answer),
    mailedToken: (subject) => mailedToken(ada, subject),
  });

  const changed = { firstName: fresh('personal', 'the new first name'), lastName: null };
  expectStatus(await api('PATCH', '/v1/users/me', { token, body: changed }), 200);
  const wrongly = { current: secret('a wrong current password'), password: secret('a password not taken') };
  expectStatus(await api('PUT', '/v1/password', { token, body: wrongly }), 401);
  expectStatus(await api('PATCH', `/v1/users/${id}`, { token, body: { firstName: 7, lastName: other } }), 400);

  expectStatus(await api('POST', '/v1/password/forgot', { body: { email: ada.email } }), 202);
  const reset = await mailedToken(ada, /reset|password/i);
  await api('GET', `/reset-password?token=${reset}`);
  const next = { ...ada, password: secret('the new password') };
  expectStatus(await api('POST', '/v1/password/reset', { body: { token: reset, password: next.password } }), 200);
  expectStatus(await api('POST', '/v1/password/reset', { body: { token: reset, password: next.password } }), 400);

  const inCookies = await signIn(next, api, next.password, '/v1/sessions?cookies=true');
  expectStatus(inCookies, 201);
  const cookie = inCookies.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');
  const foreign = { cookie, origin: 'https://elsewhere.example' };
  expectStatus(await api('PATCH', '/v1/users/me', { headers: foreign, body: changed }), 403);
  const authenticated = { username: ada.username, password: next.password };
  holdTokens(ada.name, await api('POST', '/users/authenticate', { body: authenticated }));
  const lasting = await signIn(next);
  const renew = () => api('POST', '/v1/sessions/refresh', { body: { refreshToken: lasting.body.refreshToken } });
  holdTokens(ada.name, await renew());
  expectStatus(await renew(), 401);

  const permission = { name: 'reports.read', description: 'Read the monthly reports.' };
  expectStatus(await asAdmin('POST', '/v1/permissions', permission), 201);
  expectStatus(await asAdmin('PUT', `/v1/users/${id}/permissions/reports.read`), 200);
  const reason = fresh('personal', 'the reason');
  expectStatus(await asAdmin('POST', `/v1/users/${id}/deactivate`, { reason: `Because ${reason}.` }), 200);
  await mailbox.waitForMail(ada.email, /deactivated/i);
  await waitFor('the end in the audit trail', async () => {
    const { body } = await asAdmin('GET', `/v1/activity?subject=${id}&type=user.deactivated`);
    return body.items.length > 0;
  });
  expectStatus(await signIn(next), 401);
  return { userId: id, email: ada.email, adminToken, mailed, signUpRequestId };
};

/** Four hexadecimal digits that no spelling of an address shortens. */
const hexGroup = (): string => (0xa000 + Math.floor(Math.random() * 0x5fff)).toString(16);

const expectStatus = ({ status, body }: ApiAnswer, expected: number): void => {
  if (status !== expected) throw new Error(`expected ${expected}, got ${status}: ${JSON.stringify(body)}`);
};
