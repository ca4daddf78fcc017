import { newId } from '@rollcall/service-kit/identity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';

const developersMachine = { NODE_ENV: 'development', PUBLIC_URL: 'http://localhost:8080' };
const weak = 'string';

const storeWeakPassword = (auth: AuthUnderTest, userId: string) =>
  auth.ask('PUT', `/internal/dev-credentials/${userId}`, {
    from: 'registration',
    body: { password: weak, expiresAt: new Date(Date.now() + 60_000).toISOString() },
  });

describe('on a developer’s machine', () => {
  let auth: AuthUnderTest;
  beforeAll(async () => {
    auth = await startAuthUnderTest({ environment: developersMachine });
  });
  afterAll(() => auth?.stop());

  it('200: a password that the policy refuses opens the account once it is enrolled, and repeating changes nothing', async () => {
    const person = { userId: newId(), username: 'user', email: 'user@example.com', password: weak };
    expect(await storeWeakPassword(auth, person.userId)).toMatchObject({ status: 200, body: { stored: true } });
    expect(await storeWeakPassword(auth, person.userId)).toMatchObject({ status: 200, body: { stored: false } });
    await auth.enrol(person);
    expect((await auth.signIn(person)).actor.userId).toBe(person.userId);
  });

  it('400: the policy holds for every other password', async () => {
    const answer = await auth.ask('PUT', `/internal/credentials/${newId()}`, {
      from: 'registration',
      body: { password: 'password', expiresAt: new Date(Date.now() + 60_000).toISOString() },
    });
    expect(answer).toMatchObject({ status: 400, body: { code: 'weak_password' } });
  });
});

describe('elsewhere', () => {
  it.each([
    ['in production', { NODE_ENV: 'production', PASSWORD_HASH_MEMORY: '19456' }],
    ['in tests', { NODE_ENV: 'test' }],
    ['where people come from elsewhere', { PUBLIC_URL: 'https://people.example' }],
  ])('403: nothing is stored %s', async (_where, environment) => {
    const auth = await startAuthUnderTest({ environment: { ...developersMachine, ...environment } });
    try {
      const userId = newId();
      expect(await storeWeakPassword(auth, userId)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
      expect(await auth.enrol({ userId, username: 'user', email: 'user@example.com', password: weak })).toMatchObject({
        status: 404,
      });
    } finally {
      await auth.stop();
    }
  });
});
