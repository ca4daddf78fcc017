import { newId } from '@rollcall/service-kit/identity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';

let auth: AuthUnderTest;

beforeAll(async () => {
  auth = await startAuthUnderTest();
});
afterAll(() => auth.stop());

describe('200', () => {
  it('opens the doors to whoever signed up with the password, once, and for good', async () => {
    const ada = await auth.signUp();
    expect(await auth.enrol(ada)).toMatchObject({ status: 200, body: { enrolled: true } });
    expect(await auth.enrol(ada)).toMatchObject({ status: 200, body: { enrolled: false } });
    expect(await auth.enrol({ ...ada, email: 'other@example.com' })).toMatchObject({ body: { enrolled: false } });
    await auth.signIn(ada);
    const [row] = await auth.connection.sql`select * from auth.credentials where user_id = ${ada.userId}`;
    expect(row).toMatchObject({ expires_at: null, email_key: ada.email.toLowerCase() });
  });

  it('opens no door of an account that was disabled before', async () => {
    const ada = await auth.signUp();
    await auth.setAccess(ada, false);
    await auth.enrol(ada);
    const body = { identifier: ada.email, password: ada.password };
    expect((await auth.ask('POST', '/v1/sessions', { body })).status).toBe(401);
  });
});

describe('404', () => {
  it('of whom no password is known: that must not look like success', async () => {
    const nobody = { userId: newId(), email: 'nobody@example.com', username: 'nobody', password: '' };
    expect((await auth.enrol(nobody)).status).toBe(404);
  });
});

describe('403', () => {
  it('takes the word of registration only', async () => {
    const ada = await auth.signUp();
    const { email, username } = ada;
    for (const from of ['gateway', 'profile'] as const) {
      const answer = await auth.ask('PUT', `/internal/users/${ada.userId}`, { from, body: { email, username } });
      expect(answer.status).toBe(403);
    }
  });
});
