import type { ApiClient } from '@rollcall/testing/api-client';
import { createMailbox } from '@rollcall/testing/mailbox';
import { newcomer, signIn } from '@rollcall/testing/people';
import { type Stack, startStack } from '@rollcall/testing/stack';
import { waitFor } from '@rollcall/testing/wait-for';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cast } from './cast.ts';

let stack: Stack;
let cast: Cast;
let api: ApiClient;

beforeAll(async () => {
  stack = await startStack();
  cast = await Cast.of(stack);
  api = cast.api;
}, 60_000);

afterAll(() => stack?.stop());

const tokenStops = (token: string) =>
  waitFor('the token to stop', async () => (await api('GET', '/v1/users/me', { token })).status === 401, 1_000);
const works = async (token: string) => (await api('GET', '/v1/users/me', { token })).status === 200;
const refresh = (refreshToken: string) => api('POST', '/v1/sessions/refresh', { body: { refreshToken } });
const forgot = (email: string) => api('POST', '/v1/password/forgot', { body: { email } });
const reset = (token: string, password: string) => api('POST', '/v1/password/reset', { body: { token, password } });

describe('a forgotten password', () => {
  it('is replaced through a mailed link that works once, and every session ends', async () => {
    const person = await cast.somebody();
    const token = await cast.mailedToken(person.email, 'reset-password', () => forgot(person.email));

    // Opening the link, as scanners of mails do, uses nothing up.
    for (const _ of [1, 2]) {
      const page = await api('GET', `/reset-password?token=${token}`);
      expect(page.status).toBe(200);
      expect(page.headers.get('content-type')).toContain('text/html');
      expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    }
    const weak = await reset(token, 'password1');
    expect(weak).toMatchObject({ status: 400, body: { code: 'weak_password' } });

    const password = 'a new and longer password';
    expect(await reset(token, password)).toMatchObject({ status: 200, body: { status: 'changed' } });
    expect(await reset(token, `${password} again`)).toMatchObject({ status: 400, body: { code: 'token_invalid' } });

    await tokenStops(person.token);
    expect(await refresh(person.refreshToken)).toMatchObject({ status: 401, body: { code: 'refresh_token_invalid' } });
    const old = await api('POST', '/v1/sessions', {
      body: { identifier: person.username, password: person.password },
    });
    expect(old).toMatchObject({ status: 401, body: { code: 'invalid_credentials' } });
    await expect(signIn(api, { ...person, password })).resolves.toBeDefined();
    await createMailbox(stack.mail).waitForMail(person.email, /password was changed/i);
  });

  it('is asked for with the same answer whether or not there is an account', async () => {
    const { email } = await cast.somebody();
    const answers = [await forgot(email), await forgot(newcomer().email)];
    expect(answers.map(({ status, body }) => ({ status, body }))).toEqual([
      { status: 202, body: { status: 'accepted' } },
      { status: 202, body: { status: 'accepted' } },
    ]);
  });

  it('that is remembered and changed makes the link worthless', async () => {
    const person = await cast.somebody();
    const token = await cast.mailedToken(person.email, 'reset-password', () => forgot(person.email));
    const body = { current: person.password, password: 'changed in the meantime' };
    expect((await api('PUT', '/v1/password', { token: person.token, body })).status).toBe(200);
    expect(await reset(token, 'chosen by link')).toMatchObject({ status: 400, body: { code: 'token_invalid' } });
  });

  it('cannot be replaced by the link of a verification mail', async () => {
    const { email, username, password } = newcomer();
    const ask = () => api('POST', '/v1/registrations', { body: { email, username, password } });
    const token = await cast.mailedToken(email, 'verify', ask);
    expect(await reset(token, 'chosen by link')).toMatchObject({ status: 400, body: { code: 'token_invalid' } });
    expect((await api('POST', '/v1/registrations/verify', { body: { token } })).status).toBe(200);
  });
});

describe('changing the password', () => {
  it('takes the current one, ends every other session and keeps this one', async () => {
    const person = await cast.somebody();
    const elsewhere = await signIn(api, person);
    const change = (current: string, password: string) =>
      api('PUT', '/v1/password', { token: person.token, body: { current, password } });

    expect(await change('not the password', 'a password to be')).toMatchObject({
      status: 401,
      body: { code: 'invalid_credentials' },
    });
    expect(await works(elsewhere.token)).toBe(true);
    expect(await change(person.password, 'a password to be')).toMatchObject({ status: 200 });
    await tokenStops(elsewhere.token);
    expect((await refresh(elsewhere.refreshToken)).status).toBe(401);
    expect(await works(person.token)).toBe(true);
    await expect(signIn(api, { ...person, password: 'a password to be' })).resolves.toBeDefined();
  });
});

describe('sessions', () => {
  const list = async (token: string): Promise<{ id: string; current: boolean; userAgent: string }[]> =>
    (await api('GET', '/v1/sessions', { token })).body.items;

  it('are listed with the present one marked, and ended one by one, all others at once, and here', async () => {
    const person = await cast.somebody();
    const [phone, laptop] = [await signIn(api, person), await signIn(api, person)];
    const all = await list(laptop.token);
    expect(all).toHaveLength(3);
    expect(all.filter(({ current }) => current)).toHaveLength(1);
    const mine = all.find(({ current }) => current);
    const onPhone = (await list(phone.token)).find(({ current }) => current);
    expect(mine?.id).not.toBe(onPhone?.id);

    const ended = await api('DELETE', `/v1/sessions/${onPhone?.id}`, { token: laptop.token });
    expect(ended).toMatchObject({ status: 200, body: { ended: 1 } });
    await tokenStops(phone.token);
    const again = await api('DELETE', `/v1/sessions/${onPhone?.id}`, { token: laptop.token });
    expect(again.status).toBe(404);

    const others = await api('DELETE', '/v1/sessions', { token: laptop.token });
    expect(others).toMatchObject({ status: 200, body: { ended: 1 } });
    await tokenStops(person.token);
    expect(await list(laptop.token)).toMatchObject([{ id: mine?.id, current: true }]);

    expect(await api('DELETE', '/v1/sessions/current', { token: laptop.token })).toMatchObject({ status: 200 });
    await tokenStops(laptop.token);
    expect((await refresh(laptop.refreshToken)).status).toBe(401);
  });

  it('go on with a new pair of tokens, until a refresh token comes a second time: one of two has stolen it (N09)', async () => {
    const person = await cast.somebody();
    const next = await refresh(person.refreshToken);
    expect(next).toMatchObject({ status: 200, body: { tokenType: 'Bearer', user: { id: person.id } } });
    expect(next.body.refreshToken).not.toBe(person.refreshToken);
    expect(await works(next.body.accessToken)).toBe(true);
    expect(await list(next.body.accessToken)).toHaveLength(1);

    const again = await refresh(person.refreshToken);
    expect(again).toMatchObject({ status: 401, body: { code: 'refresh_token_invalid' } });
    await tokenStops(next.body.accessToken);
    expect((await refresh(next.body.refreshToken)).status).toBe(401);
  });

  it('yield one new pair, which works, to any number who present the same refresh token at once (N09)', async () => {
    const person = await cast.somebody();
    // Over connections that are there: one that arrives when all others are answered has come later, as a thief would.
    await Promise.all(Array.from({ length: 8 }, () => api('GET', '/v1/sessions', { token: person.token })));
    const answers = await Promise.all(Array.from({ length: 8 }, () => refresh(person.refreshToken)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401, 401, 401, 401, 401]);
    const won = answers.find(({ status }) => status === 200);
    expect(await works(won?.body.accessToken)).toBe(true);
  });
});

describe('a session in cookies', () => {
  const begin = async () => {
    const person = await cast.somebody();
    const body = { identifier: person.email, password: person.password };
    const answer = await api('POST', '/v1/sessions?cookies=true', { body });
    return { person, answer, cookie: cookieOf(answer.headers) };
  };
  const cookieOf = (headers: Headers): string =>
    headers
      .getSetCookie()
      .map((cookie) => cookie.split(';')[0])
      .join('; ');
  const publicUrl = async (): Promise<string> => (await api('GET', '/.well-known/openid-configuration')).body.issuer;

  it('has its tokens where no script and no answer shows them (N54)', async () => {
    const { answer } = await begin();
    expect(answer.status).toBe(201);
    expect(answer.body.accessToken).toBeUndefined();
    expect(answer.body.refreshToken).toBeUndefined();
    const cookies = answer.headers.getSetCookie();
    expect(cookies).toHaveLength(2);
    for (const cookie of cookies) {
      expect(cookie).toMatch(/; HttpOnly/);
      expect(cookie).toMatch(/; SameSite=(?:Lax|Strict)/);
      expect(cookie).not.toMatch(/; Domain=/);
    }
  });

  it('reads without more ado, and writes only for pages of our own (N55)', async () => {
    const { person, cookie } = await begin();
    const own = await publicUrl();
    const write = (headers: Record<string, string>) =>
      api('PATCH', '/v1/users/me', { headers: { cookie, ...headers }, body: { firstName: headers.origin ?? 'none' } });

    const read = await api('GET', '/v1/users/me', { headers: { cookie } });
    expect(read).toMatchObject({ status: 200, body: { id: person.id } });
    for (const headers of [
      {},
      { origin: 'https://elsewhere.example' },
      { origin: 'null' },
      { origin: `${own}.elsewhere.example` },
      { origin: own.replace('http:', 'https:') },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]) {
      const refused = await write(headers);
      expect([headers, refused.status, refused.body.code]).toEqual([headers, 403, 'cross_site_request']);
    }
    expect((await api('GET', '/v1/users/me', { headers: { cookie } })).body.firstName).toBeNull();
    expect((await write({ origin: own })).body.firstName).toBe(own);
    expect((await write({ 'sec-fetch-site': 'same-origin' })).status).toBe(200);
  });

  it('is renewed and ended from our own pages, and from no others', async () => {
    const { cookie } = await begin();
    const origin = await publicUrl();
    const foreign = { cookie, origin: 'https://elsewhere.example' };
    expect((await api('POST', '/v1/sessions/refresh', { headers: foreign })).status).toBe(403);
    expect((await api('DELETE', '/v1/sessions/current', { headers: foreign })).status).toBe(403);

    const renewed = await api('POST', '/v1/sessions/refresh', { headers: { cookie, origin } });
    expect(renewed.status).toBe(200);
    expect(renewed.body.accessToken).toBeUndefined();
    const next = cookieOf(renewed.headers);
    expect(next).not.toBe(cookie);

    const ended = await api('DELETE', '/v1/sessions/current', { headers: { cookie: next, origin } });
    expect(ended.status).toBe(200);
    for (const cleared of ended.headers.getSetCookie()) expect(cleared).toMatch(/=; .*Max-Age=0/);
    const gone = async () => (await api('GET', '/v1/users/me', { headers: { cookie: next } })).status === 401;
    await waitFor('the cookie to stop', gone, 1_000);
  });
});
