import { newId } from '@rollcall/service-kit/identity';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';
import type { Person } from '../testing/people.ts';

let auth: AuthUnderTest;
let ada: Person;

beforeAll(async () => {
  auth = await startAuthUnderTest();
});
afterAll(() => auth.stop());
beforeEach(async () => {
  ada = await auth.register();
});

type Door = (ada: Person, refreshToken: string, link: string) => ReturnType<AuthUnderTest['ask']>;

/** Every way to get a token or to make oneself one. A new door gets a row here. */
const doors: Record<string, Door> = {
  'password, by address': ({ email, password }) =>
    auth.ask('POST', '/v1/sessions', { body: { identifier: email, password } }),
  'password, by username, for cookies': ({ username, password }) =>
    auth.ask('POST', '/v1/sessions?cookies=true', { body: { identifier: username, password } }),
  'password, UserService': ({ username, password }) =>
    auth.ask('POST', '/users/authenticate', { body: { username, password } }),
  refresh: (_, refreshToken) => auth.refresh(refreshToken),
  'refresh, by cookie': (_, refreshToken) =>
    auth.ask('POST', '/v1/sessions/refresh', { headers: { cookie: `rollcall_refresh=${refreshToken}` } }),
  'reset by mail': (_, __, token) =>
    auth.ask('POST', '/v1/password/reset', { body: { token, password: 'another long password' } }),
};

describe('a disabled account', () => {
  it.each(Object.entries(doors))('gets nothing by %s', async (_, knock) => {
    const { refreshToken } = await auth.signIn(ada);
    const link = await auth.resetTokenFor(ada.email);
    await auth.setAccess(ada, false);
    const answer = await knock(ada, refreshToken, link);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(429);
    expect(answer.cookies).toEqual([]);
    const alive = await auth.connection
      .sql`select from auth.sessions where user_id = ${ada.userId} and ended_at is null`;
    expect(alive).toHaveLength(0);
  });

  it('is shut however many sessions it has', async () => {
    await auth.connection.sql`
      insert into auth.sessions (id, user_id, methods, authenticated_at, expires_at, ip_address, user_agent)
      select gen_random_uuid(), ${ada.userId}::uuid, '{pwd}', now(), now() + interval '1 day', '', ''
      from generate_series(1, 1500)`;
    expect(await auth.setAccess(ada, false)).toMatchObject({ status: 200, body: { enabled: false } });
    const [left] = await auth.connection.sql`
      select count(*)::int as sessions from auth.sessions where user_id = ${ada.userId} and ended_at is null`;
    expect(left).toEqual({ sessions: 0 });
  });

  it('has no session left, and its tokens are revoked', async () => {
    const sessions = [await auth.signIn(ada), await auth.signIn(ada)];
    expect(await auth.setAccess(ada, false)).toMatchObject({ status: 200, body: { enabled: false } });
    const { body } = await auth.ask('GET', '/internal/revocations', { from: 'gateway' });
    for (const { actor } of sessions) expect(JSON.stringify(body)).toContain(actor.sessionId);
    expect((await auth.eventsAbout(ada.userId)).slice(2)).toMatchObject([
      { type: 'session.ended', data: { reason: 'deactivated' } },
      { type: 'session.ended', data: { reason: 'deactivated' } },
    ]);
  });

  it('has its sessions ended in the name of whoever asked for it', async () => {
    await auth.signIn(ada);
    const actor = newId();
    await auth.ask('PUT', `/internal/users/${ada.userId}/access`, {
      from: 'deactivation',
      body: { enabled: false, actor },
    });
    expect((await auth.eventsAbout(ada.userId)).at(-1)).toMatchObject({ type: 'session.ended', actor });
  });

  it('cannot slip in at the moment it is disabled', async () => {
    for (let round = 0; round < 10; round++) {
      const person = await auth.register();
      const body = { identifier: person.email, password: person.password };
      await Promise.all([auth.ask('POST', '/v1/sessions', { body }), auth.setAccess(person, false)]);
      const alive = await auth.connection.sql`
        select from auth.sessions where user_id = ${person.userId} and ended_at is null`;
      expect(alive).toHaveLength(0);
    }
  });

  it('signs in again once it is opened, and only then', async () => {
    await auth.setAccess(ada, false);
    await auth.setAccess(ada, false);
    expect(await auth.setAccess(ada, true)).toMatchObject({ status: 200, body: { enabled: true } });
    await auth.signIn(ada);
  });
});

describe('404', () => {
  it('of whom nothing is known', async () => {
    expect((await auth.setAccess({ ...ada, userId: newId() }, false)).status).toBe(404);
  });
});

describe('403', () => {
  it('takes the word of deactivation only', async () => {
    for (const from of ['gateway', 'registration'] as const) {
      const path = `/internal/users/${ada.userId}/access`;
      expect((await auth.ask('PUT', path, { from, body: { enabled: false } })).status).toBe(403);
    }
    await auth.signIn(ada);
  });
});
