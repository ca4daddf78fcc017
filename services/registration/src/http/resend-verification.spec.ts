import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  newcomer,
  type RegistrationUnderTest,
  startRegistrationUnderTest,
} from '../testing/registration-under-test.ts';

let registration: RegistrationUnderTest;

beforeAll(async () => {
  registration = await startRegistrationUnderTest();
});
afterAll(() => registration.stop());

describe('202', () => {
  it('waiting, unknown, lapsed and confirmed addresses are one answer, headers and all, and none comes sooner', async () => {
    const waiting = newcomer();
    const lapsed = newcomer();
    for (const one of [waiting, lapsed]) await registration.signUp(one);
    await registration.connection.sql`update registration.sign_ups set expires_at = now()
      where username = ${lapsed.username}`;
    const confirmed = await registration.register();
    for (const email of [waiting.email, 'nobody@example.com', lapsed.email, confirmed.email]) {
      const startedAt = performance.now();
      expect(await registration.resend(email)).toEqual({
        status: 202,
        headers: { 'cache-control': 'no-store', 'content-type': 'application/json' },
        body: { status: 'accepted' },
        page: '',
      });
      expect(performance.now() - startedAt).toBeGreaterThan(95);
    }
    expect(await registration.requestsOf(await registration.userIdOf(waiting.username))).toHaveLength(2);
    expect(await registration.requestsOf(await registration.userIdOf(lapsed.username))).toHaveLength(1);
    expect(await registration.eventsAbout(confirmed.userId)).toHaveLength(2);
  });

  it('asks for another mail with another request, whatever the case of the address', async () => {
    const ada = newcomer();
    await registration.signUp(ada);
    await registration.resend(ada.email.toLowerCase());
    const userId = await registration.userIdOf(ada.username);
    expect((await registration.eventsAbout(userId)).at(-1)).toEqual({
      type: 'verification.requested',
      actor: userId,
      data: { requestId: expect.any(String) },
      personal: { email: ada.email, username: ada.username },
    });
    expect(new Set(await registration.requestsOf(userId)).size).toBe(2);
  });

  it('of several sign-ups of one address each gets a mail: no stranger can put theirs before the owner’s', async () => {
    const older = newcomer();
    const newer = newcomer({ email: older.email });
    for (const one of [older, newer]) await registration.signUp(one);
    await registration.resend(older.email);
    expect(await registration.requestsOf(await registration.userIdOf(older.username))).toHaveLength(2);
    expect(await registration.requestsOf(await registration.userIdOf(newer.username))).toHaveLength(2);
  });

  it('five mails an hour are enough for one person', async () => {
    const one = newcomer();
    await registration.signUp(one);
    for (let n = 0; n < 6; n++) await registration.resend(one.email);
    expect(await registration.requestsOf(await registration.userIdOf(one.username))).toHaveLength(5);
  });

  it('sign-ups without end of one address do not make mails without end', async () => {
    const { email } = newcomer();
    const crowd = Array.from({ length: 8 }, () => newcomer({ email }));
    for (const one of crowd) {
      await registration.signUp(one);
      for (let n = 0; n < 2; n++) await registration.resend(email);
    }
    const requests = await Promise.all(
      crowd.map(async ({ username }) => registration.requestsOf(await registration.userIdOf(username))),
    );
    expect(requests.flat().length).toBeLessThanOrEqual(30);
  });
});

describe('400', () => {
  it.each([[{}], [{ email: 'ada' }], [{ email: 'a@b.example,c@d.example' }], [{ email: 'a@b.example', userId: 'x' }]])(
    '%j',
    async (body) => {
      expect((await registration.ask('POST', '/v1/registrations/resend', { body })).status).toBe(400);
    },
  );
});
