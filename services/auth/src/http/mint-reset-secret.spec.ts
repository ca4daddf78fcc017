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

const request = async (): Promise<string> => {
  await auth.ask('POST', '/v1/password/forgot', { body: { email: ada.email } });
  const newest = (await auth.eventsAbout(ada.userId)).at(-1);
  return String(newest?.data.requestId);
};
const mint = (requestId: string) =>
  auth.ask('POST', `/internal/password-resets/${requestId}/secret`, { from: 'notification' });
const reset = (token: unknown, password = 'another long password') =>
  auth.ask('POST', '/v1/password/reset', { body: { token, password } });

describe('200', () => {
  it('answers a secret of 192 bits for an hour and stores its digest only', async () => {
    const { status, body } = await mint(await request());
    expect({ status, body }).toEqual({
      status: 200,
      body: { token: expect.stringMatching(/^[A-Za-z0-9_-]{32}$/), expiresAt: expect.any(String) },
    });
    expect(Date.parse(String(body.expiresAt)) - Date.now()).toBeCloseTo(3_600_000, -5);
    const [row] = await auth.connection.sql`select * from auth.password_resets where user_id = ${ada.userId}`;
    expect(row?.token_digest).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(row)).not.toContain(body.token);
  });

  it('a mail that is sent again has the same secret, so that whoever asks late voids no link', async () => {
    const requestId = await request();
    const [first, second] = [await mint(requestId), await mint(requestId)];
    expect(second.body.token).toBe(first.body.token);
    expect((await reset(first.body.token)).status).toBe(200);
    expect((await reset(first.body.token, 'a third long password')).body.code).toBe('token_invalid');
  });

  it('no two requests have the same secret', async () => {
    expect((await mint(await request())).body.token).not.toBe((await mint(await request())).body.token);
  });

  it('an earlier mail works until one of them is used: nobody voids it by asking again', async () => {
    const first = await mint(await request());
    const second = await mint(await request());
    expect((await reset(first.body.token)).status).toBe(200);
    expect((await reset(second.body.token)).body.code).toBe('token_invalid');
  });

  it('many mails to one person at once each have a link, and no more than five an hour are asked for', async () => {
    const requests = [];
    for (let count = 0; count < 5; count++) requests.push(await request());
    await auth.ask('POST', '/v1/password/forgot', { body: { email: ada.email } });
    const minted = await Promise.all(requests.map(mint));
    expect(minted.map(({ status }) => status)).toEqual(requests.map(() => 200));
    const [row] = await auth.connection.sql`
      select count(*)::int as asked, count(token_digest)::int as usable
      from auth.password_resets where user_id = ${ada.userId}`;
    expect(row).toEqual({ asked: 5, usable: 5 });
  });
});

describe('404', () => {
  it('an unknown request, one whose account was disabled, and one from before a new password', async () => {
    expect((await mint(newId())).status).toBe(404);

    const disabled = await request();
    await auth.setAccess(ada, false);
    expect((await mint(disabled)).status).toBe(404);
    await auth.setAccess(ada, true);

    const late = await request();
    const { body } = await mint(await request());
    expect((await reset(body.token)).status).toBe(200);
    expect((await mint(late)).status).toBe(404);
  });
});

describe('403', () => {
  it('answers notification only', async () => {
    const requestId = await request();
    for (const from of ['gateway', 'registration'] as const) {
      const path = `/internal/password-resets/${requestId}/secret`;
      expect((await auth.ask('POST', path, { from })).status).toBe(403);
    }
  });
});
