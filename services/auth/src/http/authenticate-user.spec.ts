import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';
import { actorOf, type Person } from '../testing/people.ts';

let auth: AuthUnderTest;
let ada: Person;

beforeAll(async () => {
  auth = await startAuthUnderTest();
  ada = await auth.register();
});
afterAll(() => auth.stop());

const authenticate = (username: string, password: string) =>
  auth.ask('POST', '/users/authenticate', { body: { username, password } });

describe('200', () => {
  it('answers an access token like any other, which signing out ends', async () => {
    const { status, body } = await authenticate(ada.username, ada.password);
    expect({ status, body }).toEqual({ status: 200, body: { token: expect.any(String) } });
    const actor = actorOf(body.token);
    expect(actor.userId).toBe(ada.userId);
    const ended = await auth.ask('DELETE', '/v1/sessions/current', { actor });
    expect(ended.body).toEqual({ ended: 1 });
  });
});

describe('the session it begins', () => {
  it('cannot be refreshed, and is over with its token', async () => {
    const person = await auth.register();
    const { body } = await authenticate(person.username, person.password);
    const actor = actorOf(body.token);
    const { sql } = auth.connection;
    expect(await sql`select from auth.refresh_tokens where session_id = ${actor.sessionId}`).toHaveLength(0);
    const [session] = await sql`select extract(epoch from expires_at - created_at) as seconds from auth.sessions
      where id = ${actor.sessionId}`;
    expect(Math.round(Number(session?.seconds))).toBe(600);
  });

  it('is no longer listed then, and does not count among those a person may have', async () => {
    const person = await auth.register();
    const first = await auth.signIn(person);
    const { body } = await authenticate(person.username, person.password);
    const { sql } = auth.connection;
    await sql`update auth.sessions set expires_at = now() where id = ${actorOf(body.token).sessionId}`;
    const listed = await auth.ask('GET', '/v1/sessions', { actor: first.actor });
    expect(listed.body.items).toMatchObject([{ id: first.actor.sessionId }]);
    await sql`insert into auth.sessions select gen_random_uuid(), user_id, methods, authenticated_at, created_at,
      last_used_at, now(), null, ip_address, user_agent from auth.sessions, generate_series(1, 100)
      where id = ${first.actor.sessionId}`;
    await auth.signIn(person);
    expect((await auth.refresh(first.refreshToken)).status).toBe(200);
  });
});

describe('401', () => {
  it('unknown, wrong, unconfirmed and disabled are one answer', async () => {
    const unconfirmed = await auth.signUp();
    const disabled = await auth.register();
    await auth.setAccess(disabled, false);
    const answers = [
      await authenticate('nobody-at-all', 'whatever it is'),
      await authenticate(ada.username, 'not the password'),
      await authenticate(unconfirmed.username, unconfirmed.password),
      await authenticate(disabled.username, disabled.password),
    ];
    expect(answers[0]).toMatchObject({ status: 401, body: { code: 'invalid_credentials' } });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });
});

describe('429', () => {
  it('counts misses together with those of the other door: there is no second lot of guesses', async () => {
    const person = await auth.register();
    for (let miss = 0; miss < 10; miss++) await authenticate(person.username, 'a guess at it');
    const body = { identifier: person.username, password: person.password };
    expect((await auth.ask('POST', '/v1/sessions', { body })).status).toBe(429);
  });
});

describe('400', () => {
  it.each([[{}], [{ username: 'ada' }], [{ username: 'ada', password: 1 }]])('%j', async (body) => {
    expect((await auth.ask('POST', '/users/authenticate', { body })).status).toBe(400);
  });
});
