import { newSecret } from '@rollcall/service-kit/identity';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';
import type { Person } from '../testing/people.ts';

let auth: AuthUnderTest;
let ada: Person;
let token: string;
const password = 'another long password';

beforeAll(async () => {
  auth = await startAuthUnderTest();
});
afterAll(() => auth.stop());
beforeEach(async () => {
  ada = await auth.register();
  token = await auth.resetTokenFor(ada.email);
});

const reset = (body: Record<string, unknown> = { token, password }) => auth.ask('POST', '/v1/password/reset', { body });
const signIn = (typed: string, more = {}) =>
  auth.ask('POST', '/v1/sessions', { body: { identifier: ada.username, password: typed }, ...more });
const invalid = { status: 400, body: { code: 'token_invalid' } };

describe('200', () => {
  it('the new password works, the old one does not, and every session has ended', async () => {
    const session = await auth.signIn(ada);
    expect(await reset()).toMatchObject({ status: 200, body: { status: 'changed' } });
    expect((await signIn(password)).status).toBe(201);
    expect((await signIn(ada.password)).status).toBe(401);
    expect((await auth.refresh(session.refreshToken)).status).toBe(401);
    const { sessionId } = session.actor;
    expect((await auth.eventsAbout(ada.userId)).slice(2, 4)).toMatchObject([
      { type: 'password.changed', actor: ada.userId, data: { how: 'reset' } },
      { type: 'session.ended', data: { sessionId, reason: 'password_changed' } },
    ]);
  });

  it('of fifty who present one link at once one succeeds', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => reset({ token, password: `${password} ${index}` })),
    );
    const winners = answers.flatMap(({ status }, index) => (status === 200 ? [index] : []));
    expect(winners).toHaveLength(1);
    expect((await signIn(`${password} ${winners[0]}`)).status).toBe(201);
    expect((await auth.eventsAbout(ada.userId)).filter(({ type }) => type === 'password.changed')).toHaveLength(1);
  });

  it('lets in whom strangers had locked out by guessing', async () => {
    for (let miss = 0; miss < 10; miss++) await signIn('a guess at it');
    expect((await signIn(ada.password)).status).toBe(429);
    await reset();
    expect((await signIn(password)).status).toBe(201);
  });
});

describe('400 token_invalid', () => {
  it('a link works once', async () => {
    await reset();
    expect(await reset({ token, password: 'yet another password' })).toMatchObject(invalid);
    expect((await signIn(password)).status).toBe(201);
  });

  it('for an hour', async () => {
    await auth.connection.sql`update auth.password_resets set expires_at = now() where user_id = ${ada.userId}`;
    expect(await reset()).toMatchObject(invalid);
  });

  it('not after the password was changed in another way', async () => {
    const { actor } = await auth.signIn(ada);
    const changed = await auth.ask('PUT', '/v1/password', { actor, body: { current: ada.password, password } });
    expect(changed.status).toBe(200);
    expect(await reset({ token, password: 'yet another password' })).toMatchObject(invalid);
  });

  it('not for an account that was disabled in the meantime, and not once it is opened again either', async () => {
    await auth.setAccess(ada, false);
    expect(await reset()).toMatchObject(invalid);
    await auth.setAccess(ada, true);
    expect(await reset()).toMatchObject(invalid);
  });

  it('unknown, and respelled, are the same answer', async () => {
    const swapped = token.replace(/[a-z]/i, (letter) =>
      letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
    );
    const unknown = await reset({ token: newSecret(), password });
    expect(unknown).toMatchObject(invalid);
    expect(await reset({ token: swapped, password })).toEqual(unknown);
  });
});

describe('400', () => {
  it('a password that is one of the person’s own names is refused, and the link stays good', async () => {
    for (const own of [ada.username.toUpperCase(), ada.email]) {
      expect(await reset({ token, password: own })).toMatchObject({ status: 400, body: { code: 'weak_password' } });
    }
    expect((await reset()).status).toBe(200);
  });

  it('a common password is refused, and the link still works', async () => {
    const answer = await reset({ token, password: 'Password123' });
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'weak_password', errors: [{ pointer: '/body/password' }] },
    });
    expect((await reset()).status).toBe(200);
  });

  it.each([[{}], [{ password }], [{ token: 'short', password }], [{ token: newSecret(), password: '1234567' }]])(
    '%j',
    async (body) => {
      expect((await reset(body)).status).toBe(400);
    },
  );
});

it('a reset and a change of one password at one moment leave one of the two, and never fail', async () => {
  for (let round = 0; round < 5; round++) {
    const person = await auth.register();
    const { actor } = await auth.signIn(person);
    const link = await auth.resetTokenFor(person.email);
    const changed = { current: person.password, password: 'the changed password' };
    const answers = await Promise.all([
      auth.ask('PUT', '/v1/password', { actor, body: changed }),
      reset({ token: link, password: 'the reset password' }),
      auth.ask('DELETE', '/v1/sessions', { actor }),
    ]);
    for (const { status } of answers) expect(status).toBeLessThan(500);
    const typed = ['the changed password', 'the reset password', person.password];
    const doors = await Promise.all(
      typed.map((one) => auth.ask('POST', '/v1/sessions', { body: { identifier: person.email, password: one } })),
    );
    expect(doors.filter(({ status }) => status === 201)).toHaveLength(1);
  }
});
