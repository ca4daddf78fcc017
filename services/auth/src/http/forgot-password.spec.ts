import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';

let auth: AuthUnderTest;

beforeAll(async () => {
  auth = await startAuthUnderTest();
});
afterAll(() => auth.stop());

const forgot = (email: string) => auth.ask('POST', '/v1/password/forgot', { body: { email } });

describe('202', () => {
  it('known, unknown, unconfirmed and disabled are one answer, headers and all, and none comes sooner', async () => {
    const known = await auth.register();
    const unconfirmed = await auth.signUp();
    const disabled = await auth.register();
    await auth.setAccess(disabled, false);
    const addresses = [known.email, 'nobody@example.com', unconfirmed.email, disabled.email];
    for (const address of addresses) {
      const startedAt = performance.now();
      expect(await forgot(address)).toEqual({
        status: 202,
        headers: { 'cache-control': 'no-store', 'content-type': 'application/json' },
        cookies: [],
        body: { status: 'accepted' },
        page: '',
      });
      expect(performance.now() - startedAt).toBeGreaterThan(95);
    }
    expect(await auth.eventsAbout(known.userId)).toHaveLength(1);
    expect(await auth.eventsAbout(unconfirmed.userId)).toEqual([]);
    expect(await auth.eventsAbout(disabled.userId)).toEqual([]);
  });

  it('asks for the mail with the id of the request alone: no secret exists yet', async () => {
    const ada = await auth.register();
    await forgot(ada.email.toUpperCase());
    const requestId = expect.stringMatching(/^[0-9a-f-]{36}$/);
    expect(await auth.eventsAbout(ada.userId)).toEqual([
      { type: 'password_reset.requested', actor: 'anonymous', data: { requestId }, personal: null },
    ]);
    const [row] = await auth.connection.sql`select * from auth.password_resets where user_id = ${ada.userId}`;
    expect(row).toMatchObject({ token_digest: null, expires_at: null });
  });
});

describe('400', () => {
  it.each([[{}], [{ email: 'ada' }], [{ email: 'a@b.example, c@d.example' }], [{ email: 'a@b.example', userId: 'x' }]])(
    '%j',
    async (body) => {
      expect((await auth.ask('POST', '/v1/password/forgot', { body })).status).toBe(400);
    },
  );
});
