import { newId } from '@rollcall/service-kit/identity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';

let auth: AuthUnderTest;

beforeAll(async () => {
  // Judged here are the hashes themselves.
  auth = await startAuthUnderTest({ environment: { PASSWORD_HASH_MEMORY: '19456' } });
});
afterAll(() => auth.stop());

const store = (userId: string, password: string, from: 'registration' | 'gateway' | 'profile' = 'registration') =>
  auth.ask('PUT', `/internal/credentials/${userId}`, {
    from,
    body: { password, expiresAt: new Date(Date.now() + 60_000).toISOString() },
  });
const stored = (userId: string) => auth.connection.sql`select * from auth.credentials where user_id = ${userId}`;

describe('200', () => {
  it('keeps a hash that opens no door yet', async () => {
    const userId = newId();
    expect(await store(userId, 'a long password')).toMatchObject({ status: 200, body: { stored: true } });
    expect(await stored(userId)).toMatchObject([{ email_key: null, username_key: null }]);
    const [row] = await stored(userId);
    expect(row?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(JSON.stringify(row)).not.toContain('a long password');
  });

  it('told again it changes nothing, least of all the password of an account', async () => {
    const ada = await auth.register();
    expect((await store(ada.userId, 'the password of another')).body).toEqual({ stored: false });
    await auth.signIn(ada);
  });
});

describe('400', () => {
  it.each(['password', 'PASSWORD', '12345678', 'Rollcall2026!', 'aaaaaaaaaaaa'])('weak: %s', async (password) => {
    const userId = newId();
    expect(await store(userId, password)).toMatchObject({ status: 400, body: { code: 'weak_password' } });
    expect(await stored(userId)).toHaveLength(0);
  });
});

describe('403', () => {
  it('takes the word of registration only', async () => {
    for (const from of ['gateway', 'profile'] as const) {
      const userId = newId();
      expect((await store(userId, 'a long password', from)).status).toBe(403);
      expect(await stored(userId)).toHaveLength(0);
    }
  });
});
