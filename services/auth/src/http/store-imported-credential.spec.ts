import { hash as bcrypt } from '@node-rs/bcrypt';
import { newId } from '@rollcall/service-kit/identity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';

let auth: AuthUnderTest;

beforeAll(async () => {
  auth = await startAuthUnderTest();
});
afterAll(() => auth.stop());

const store = (userId: string, passwordHash: string) =>
  auth.ask('PUT', `/internal/imported-credentials/${userId}`, {
    from: 'registration',
    body: { passwordHash, expiresAt: new Date(Date.now() + 60_000).toISOString() },
  });
const hashOf = async (userId: string) => {
  const [row] = await auth.connection.sql`select password_hash from auth.credentials where user_id = ${userId}`;
  return String(row?.password_hash);
};

describe('a password that another system has hashed', () => {
  it('signs in, and is one of ours from then on', async () => {
    const ada = { userId: newId(), username: 'imported', email: 'imported@example.com', password: 'brought along' };
    expect(await store(ada.userId, await bcrypt(ada.password, { cost: 4 }))).toMatchObject({ body: { stored: true } });
    await auth.enrol(ada);
    const wrong = await auth.ask('POST', '/v1/sessions', { body: { identifier: 'imported', password: 'another' } });
    expect(wrong.body).toMatchObject({ code: 'invalid_credentials' });
    expect(await hashOf(ada.userId)).toMatch(/^\$2b\$/);
    await auth.signIn(ada);
    expect(await hashOf(ada.userId)).toMatch(/^\$argon2id\$/);
    await auth.signIn(ada);
  });

  it('takes the place of none that is there', async () => {
    const { userId } = await auth.register();
    expect(await store(userId, await bcrypt('another', { cost: 4 }))).toMatchObject({ body: { stored: false } });
    expect(await hashOf(userId)).toMatch(/^\$argon2id\$/);
  });

  it('is refused in a form that nothing here compares with', async () => {
    expect(await store(newId(), '$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/')).toMatchObject({
      status: 422,
      body: { code: 'unprocessable', errors: [{ pointer: '/body/passwordHash' }] },
    });
  });
});
