import { newId } from '@rollcall/service-kit/identity';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  newcomer,
  type RegistrationUnderTest,
  startRegistrationUnderTest,
} from '../testing/registration-under-test.ts';

let registration: RegistrationUnderTest;
let ada: ReturnType<typeof newcomer>;
let userId: string;
let requestId: string;

beforeAll(async () => {
  registration = await startRegistrationUnderTest();
});
afterAll(() => registration.stop());
beforeEach(async () => {
  ada = newcomer();
  await registration.signUp(ada);
  userId = await registration.userIdOf(ada.username);
  requestId = (await registration.requestsOf(userId)).at(0) ?? '';
});

describe('200', () => {
  it('answers a secret of 192 bits for a day and stores its digest only', async () => {
    const { status, body } = await registration.mint(requestId);
    expect({ status, body }).toEqual({
      status: 200,
      body: { token: expect.stringMatching(/^[A-Za-z0-9_-]{32}$/), expiresAt: expect.any(String) },
    });
    expect(Date.parse(String(body.expiresAt)) - Date.now()).toBeCloseTo(24 * 3_600_000, -5);
    const [row] = await registration.connection.sql`select * from registration.verifications where id = ${requestId}`;
    expect(row?.token_digest).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(row)).not.toContain(body.token);
  });

  it('a mail that is sent again has the same secret, so that whoever asks late voids no link', async () => {
    const [first, second] = [await registration.mint(requestId), await registration.mint(requestId)];
    expect(second.body.token).toBe(first.body.token);
    await registration.resend(ada.email);
    const [, other = ''] = await registration.requestsOf(userId);
    expect((await registration.mint(other)).body.token).not.toBe(first.body.token);
    expect((await registration.verify(String(first.body.token))).status).toBe(200);
  });

  it('a link never outlives its sign-up', async () => {
    await registration.connection.sql`update registration.sign_ups set expires_at = now() + interval '1 hour'
      where user_id = ${userId}`;
    const { body } = await registration.mint(requestId);
    expect(Date.parse(String(body.expiresAt)) - Date.now()).toBeLessThanOrEqual(3_600_000);
  });

  it('many mails to one person at once end with one link that works', async () => {
    for (let count = 0; count < 5; count++) await registration.resend(ada.email);
    const requests = await registration.requestsOf(userId);
    const minted = await Promise.all(requests.map((one) => registration.mint(one)));
    expect(minted.map(({ status }) => status)).toEqual(requests.map(() => 200));
    const answers = await Promise.all(minted.map(({ body }) => registration.verify(String(body.token))));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });
});

describe('404', () => {
  it('an unknown request, a lapsed sign-up, and one that was confirmed', async () => {
    expect((await registration.mint(newId())).status).toBe(404);
    const { body } = await registration.mint(requestId);
    await registration.verify(String(body.token));
    expect((await registration.mint(requestId)).status).toBe(404);

    const late = newcomer();
    await registration.signUp(late);
    const lateId = await registration.userIdOf(late.username);
    await registration.connection.sql`update registration.sign_ups set expires_at = now() where user_id = ${lateId}`;
    expect((await registration.mint((await registration.requestsOf(lateId)).at(0) ?? '')).status).toBe(404);
  });
});

describe('403', () => {
  it('answers notification only', async () => {
    for (const from of ['gateway', 'auth'] as const) {
      const path = `/internal/verifications/${requestId}/secret`;
      expect((await registration.ask('POST', path, { from })).status).toBe(403);
    }
  });
});
