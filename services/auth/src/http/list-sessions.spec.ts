import { somebody } from '@rollcall/testing/service-under-test';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';
import type { Person } from '../testing/people.ts';

let auth: AuthUnderTest;
let ada: Person;
const manager = somebody();

beforeAll(async () => {
  auth = await startAuthUnderTest();
  auth.grant(manager, 'sessions.manage');
});
afterAll(() => auth.stop());
beforeEach(async () => {
  ada = await auth.register();
});

describe('200', () => {
  it('shows a person where they are signed in, and which is this one', async () => {
    const laptop = await auth.signIn(ada, { userAgent: 'laptop', ipAddress: '198.51.100.7' });
    const phone = await auth.signIn(ada, { userAgent: 'phone' });
    const { body } = await auth.ask('GET', '/v1/sessions', { actor: laptop.actor });
    const instant = expect.stringMatching(/^\d{4}-.*Z$/);
    expect(body).toEqual({
      items: [
        {
          id: laptop.actor.sessionId,
          current: true,
          createdAt: instant,
          lastUsedAt: instant,
          expiresAt: instant,
          ipAddress: '198.51.100.7',
          userAgent: 'laptop',
          impersonatedBy: null,
        },
        expect.objectContaining({ id: phone.actor.sessionId, current: false, userAgent: 'phone' }),
      ],
      nextCursor: null,
    });
  });

  it('says when a session ends if nobody uses it any more, never later than when it is over anyway', async () => {
    const { actor } = await auth.signIn(ada);
    const shown = async () => {
      const { body } = await auth.ask('GET', '/v1/sessions', { actor });
      const [{ lastUsedAt, expiresAt }] = Object(body.items);
      return Date.parse(expiresAt) - Date.parse(lastUsedAt);
    };
    const days = 24 * 3_600_000;
    expect(await shown()).toBe(14 * days);
    await auth.connection.sql`update auth.sessions set expires_at = last_used_at + interval '3 days'
      where id = ${actor.sessionId}`;
    expect(await shown()).toBe(3 * days);
  });

  it('gives page after page, each session once', async () => {
    const sessions = [];
    for (let count = 0; count < 5; count++) sessions.push(await auth.signIn(ada));
    const actor = sessions[0]?.actor ?? null;
    const seen: unknown[] = [];
    let query = '?limit=2';
    for (let page = 0; page < 3; page++) {
      const { body } = await auth.ask('GET', `/v1/sessions${query}`, { actor });
      if (Array.isArray(body.items)) seen.push(...body.items.map(({ id }) => id));
      query = `?limit=2&cursor=${body.nextCursor}`;
    }
    expect(query).toBe('?limit=2&cursor=null');
    expect(seen).toEqual(sessions.map((session) => session.actor.sessionId));
  });

  it('shows nobody the sessions of somebody else, whatever cursor they bring', async () => {
    const { actor } = await auth.signIn(ada);
    const eve = await auth.register();
    const { actor: eves } = await auth.signIn(eve);
    const cursor = Buffer.from(JSON.stringify([actor.sessionId])).toString('base64url');
    const { body } = await auth.ask('GET', `/v1/sessions?cursor=${cursor}`, { actor: eves });
    expect(body.items).toMatchObject([{ id: eves.sessionId }]);
  });

  it('shows a holder of `sessions.manage` those of anyone', async () => {
    const { actor } = await auth.signIn(ada);
    const { body } = await auth.ask('GET', `/v1/users/${ada.userId}/sessions`, { actor: manager });
    expect(body).toMatchObject({ items: [{ id: actor.sessionId, current: false }], nextCursor: null });
  });
});

describe('404', () => {
  it('somebody without the right and somebody who asks for nobody get the same answer', async () => {
    const { actor } = await auth.signIn(ada);
    const missing = await auth.ask('GET', `/v1/users/${somebody().userId}/sessions`, { actor: manager });
    const forbidden = await auth.ask('GET', `/v1/users/${ada.userId}/sessions`, { actor });
    expect(missing.status).toBe(404);
    expect(forbidden).toEqual(missing);
  });
});

describe('401', () => {
  it('nobody, whatever ids they send along', async () => {
    expect((await auth.ask('GET', '/v1/sessions')).status).toBe(401);
    const headers = { 'x-user-id': ada.userId };
    expect((await auth.ask('GET', `/v1/users/${ada.userId}/sessions`, { headers })).status).toBe(401);
  });
});

describe('400', () => {
  it.each(['cursor=x', 'cursor=WzFd', 'limit=0', 'limit=201', 'limit=1&limit=2', 'userId=me'])('?%s', async (query) => {
    expect((await auth.ask('GET', `/v1/sessions?${query}`, { actor: somebody() })).status).toBe(400);
  });
});
