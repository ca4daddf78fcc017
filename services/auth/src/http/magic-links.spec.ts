import { newId } from '@rollcall/service-kit/identity';
import { generate } from 'otplib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';
import { actorOf, type Person } from '../testing/people.ts';

let auth: AuthUnderTest;
let ada: Person;

beforeAll(async () => {
  auth = await startAuthUnderTest();
});
afterAll(() => auth.stop());
beforeEach(async () => {
  ada = await auth.register();
});

const ask = (email: string) => auth.ask('POST', '/v1/magic-links', { body: { email } });
const requestOf = async (who: Person) =>
  (await auth.eventsAbout(who.userId)).filter(({ type }) => type === 'magic_link.requested').at(-1)?.data.requestId;
const mint = (requestId: unknown) =>
  auth.ask('POST', `/internal/magic-links/${requestId}/secret`, { from: 'notification' });
/** A mail that was asked for and sent: its secrets, and what whoever asked was given. */
const mailed = async (who = ada) => {
  const { body } = await ask(who.email);
  const { token, code } = (await mint(await requestOf(who))).body;
  return { token: String(token), code: String(code), requestToken: String(body.requestToken) };
};
const present = (body: Record<string, string>) => auth.ask('POST', '/v1/sessions/magic-link', { body });
const byLink = (token: string) => present({ token });
const byCode = (requestToken: string, code: string) => present({ requestToken, code });
const wrong = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

describe('asking for a mail to sign in with', () => {
  it('is answered alike whether there is an account or not, and puts down nothing for nobody (N58)', async () => {
    const before = await auth.connection.sql`select from auth.magic_links`;
    const known = await ask(ada.email);
    const unknown = await ask('nobody@example.com');
    expect({ ...unknown, headers: {} }).toEqual({
      ...known,
      headers: {},
      body: { status: 'accepted', requestToken: expect.stringMatching(/^[A-Za-z0-9_-]{32}$/) },
    });
    expect(Object.keys(unknown.headers)).toEqual(Object.keys(known.headers));
    const after = await auth.connection.sql`select from auth.magic_links`;
    expect(after.length).toBe(before.length + 1);
  });

  it('sends no more than five an hour to one person', async () => {
    for (let n = 0; n < 7; n++) expect((await ask(ada.email)).status).toBe(202);
    const requests = (await auth.eventsAbout(ada.userId)).filter(({ type }) => type === 'magic_link.requested');
    expect(requests).toHaveLength(5);
  });

  it('has secrets that are the same for a mail that is sent again, and are kept as digests', async () => {
    await ask(ada.email);
    const requestId = await requestOf(ada);
    const [first, second] = [await mint(requestId), await mint(requestId)];
    expect(second.body).toMatchObject({ token: first.body.token, code: first.body.code });
    expect(first.body.code).toMatch(/^\d{6}$/);
    expect(Date.parse(String(first.body.expiresAt)) - Date.now()).toBeCloseTo(600_000, -5);
    const [row] = await auth.connection
      .sql`select m::text as all from auth.magic_links m where user_id = ${ada.userId}`;
    expect(row?.all).not.toContain(first.body.token);
    expect(row?.all).not.toMatch(new RegExp(`\\b${first.body.code}\\b`));
    expect((await mint(newId())).status).toBe(404);
  });
});

describe('a mailed link', () => {
  it('signs in by one factor, once, however many open it at once (N09)', async () => {
    const { token, requestToken, code } = await mailed();
    const answers = await Promise.all(Array.from({ length: 50 }, () => byLink(token)));
    const won = answers.filter(({ status }) => status === 201);
    expect(won).toHaveLength(1);
    expect(actorOf(won[0]?.body.accessToken)).toMatchObject({ userId: ada.userId, methods: ['email'] });
    expect((await byLink(token)).body).toMatchObject({ code: 'token_invalid' });
    // The code of the same mail went with it.
    expect((await byCode(requestToken, code)).body).toMatchObject({ code: 'token_invalid' });
  });

  it('is no second factor: whoever has one is asked for it', async () => {
    const { actor } = await auth.signIn(ada);
    const { body } = await auth.ask('POST', '/v1/mfa/totp', { actor });
    const code = await generate({ secret: String(body.secret) });
    const confirmed = await auth.ask('POST', `/v1/mfa/totp/${body.id}/confirm`, { actor, body: { code } });
    const [recovery] = confirmed.body.recoveryCodes as string[];
    const { token } = await mailed();
    const asked = await byLink(token);
    expect(asked).toMatchObject({ status: 200, body: { status: 'mfa_required', methods: ['totp', 'recovery_code'] } });
    expect((await byLink(token)).status).toBe(400);
    const { mfaToken } = asked.body;
    const second = { mfaToken, method: 'recovery_code', code: recovery };
    const signedIn = await auth.ask('POST', '/v1/sessions/mfa', { body: second });
    expect(actorOf(signedIn.body.accessToken).methods).toEqual(['email', 'recovery_code', 'mfa']);
  });
});

describe('a mailed code', () => {
  it('signs in where it was asked for, however it is typed, and once', async () => {
    const { requestToken, code, token } = await mailed();
    const typed = ` ${code.slice(0, 3)} ${code.slice(3)} `;
    expect((await byCode(requestToken, typed)).status).toBe(201);
    expect((await byCode(requestToken, code)).status).toBe(400);
    expect((await byLink(token)).status).toBe(400);
  });

  it('is of no use to whoever did not ask, and for no other request (ASVS 6.6.2)', async () => {
    const { code } = await mailed();
    const other = await mailed(await auth.register());
    expect((await byCode(other.requestToken, code === other.code ? wrong(code) : code)).status).toBe(400);
    expect((await byCode('x'.repeat(32), code)).status).toBe(400);
  });

  it('is guessed at five times for each mail, all at once or one by one (N05)', async () => {
    const { requestToken, code } = await mailed();
    const guesses = await Promise.all(Array.from({ length: 20 }, () => byCode(requestToken, wrong(code))));
    expect(new Set(guesses.map(({ status }) => status))).toEqual(new Set([400]));
    expect((await byCode(requestToken, code)).status).toBe(400);
  });

  it('is not guessed at with one mail after the other', async () => {
    for (let mail = 0; mail < 2; mail++) {
      const { requestToken, code } = await mailed();
      for (let n = 0; n < 5; n++) await byCode(requestToken, wrong(code));
    }
    const { requestToken, code } = await mailed();
    expect((await byCode(requestToken, code)).body).toMatchObject({ code: 'rate_limited' });
    // The password and the link are not what was guessed at.
    await auth.signIn(ada);
  });
});

describe('a mail to sign in with', () => {
  const over: readonly [string, () => Promise<unknown>][] = [
    ['once its time is over', () => auth.connection.sql`update auth.magic_links set expires_at = now()`],
    ['to whoever is disabled', () => auth.setAccess(ada, false)],
    [
      'to whoever was disabled meanwhile',
      async () => {
        await auth.setAccess(ada, false);
        await auth.setAccess(ada, true);
      },
    ],
    [
      'once the password is another one',
      async () => {
        const { actor } = await auth.signIn(ada);
        const body = { current: ada.password, password: 'quite another password' };
        await auth.ask('PUT', '/v1/password', { actor, body });
      },
    ],
  ];
  it.each(over)('opens nothing %s (N02, N22)', async (_, happens) => {
    const { token, requestToken, code } = await mailed();
    await happens();
    expect((await byLink(token)).body).toMatchObject({ code: 'token_invalid' });
    expect((await byCode(requestToken, code)).body).toMatchObject({ code: 'token_invalid' });
  });

  it('is not sent for a request from before all that', async () => {
    await ask(ada.email);
    const requestId = await requestOf(ada);
    await auth.setAccess(ada, false);
    await auth.setAccess(ada, true);
    expect((await mint(requestId)).status).toBe(404);
  });

  it('is presented as link or as code', async () => {
    const { token, requestToken, code } = await mailed();
    for (const body of [{}, { code }, { requestToken }, { token, code }]) {
      expect((await present(body)).body).toMatchObject({ code: 'invalid_input' });
    }
    expect((await byCode(requestToken, code)).status).toBe(201);
  });
});
