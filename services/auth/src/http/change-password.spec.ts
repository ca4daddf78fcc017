import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';
import { whileCredentialIsHeld } from '../testing/held-credential.ts';
import type { Person } from '../testing/people.ts';

type Session = Awaited<ReturnType<AuthUnderTest['signIn']>>;

let auth: AuthUnderTest;
let ada: Person;
let here: Session;
const password = 'another long password';

beforeAll(async () => {
  auth = await startAuthUnderTest();
});
afterAll(() => auth.stop());
beforeEach(async () => {
  ada = await auth.register();
  here = await auth.signIn(ada);
});

const change = (body: unknown, more = {}) => auth.ask('PUT', '/v1/password', { actor: here.actor, body, ...more });
const signIn = (typed: string) =>
  auth.ask('POST', '/v1/sessions', { body: { identifier: ada.username, password: typed } });

describe('200', () => {
  it('the new password works, the old one does not, and every other session has ended', async () => {
    const elsewhere = await auth.signIn(ada);
    expect(await change({ current: ada.password, password })).toMatchObject({
      status: 200,
      body: { status: 'changed' },
    });
    expect((await signIn(password)).status).toBe(201);
    expect((await signIn(ada.password)).status).toBe(401);
    expect((await auth.refresh(elsewhere.refreshToken)).status).toBe(401);
    expect((await auth.refresh(here.refreshToken)).status).toBe(200);
    expect((await auth.eventsAbout(ada.userId)).slice(2, 4)).toMatchObject([
      { type: 'password.changed', actor: ada.userId, data: { how: 'change' } },
      { type: 'session.ended', data: { sessionId: elsewhere.actor.sessionId, reason: 'password_changed' } },
    ]);
  });

  it('of many who change it at once one succeeds, and the rest are told that the old one is no more', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => change({ current: ada.password, password: `${password} ${index}` })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(7);
  });
});

describe('at one moment', () => {
  it('two changes queue up: one succeeds, the other is refused, and neither fails', async () => {
    const answers = await whileCredentialIsHeld(auth.connection, ada.userId, 2, () => [
      change({ current: ada.password, password: `${password} one` }),
      change({ current: ada.password, password: `${password} two` }),
    ]);
    expect(answers.map((answer) => Object(answer).status).sort()).toEqual([200, 401]);
  });

  it('a change, a theft and a sign-out wait for one another', async () => {
    const elsewhere = await auth.signIn(ada);
    const stolen = await auth.signIn(ada);
    await auth.refresh(stolen.refreshToken);
    const answers = await whileCredentialIsHeld(auth.connection, ada.userId, 3, () => [
      change({ current: ada.password, password }),
      auth.ask('DELETE', '/v1/sessions/current', { actor: elsewhere.actor }),
      auth.refresh(stolen.refreshToken),
    ]);
    expect(answers.map((answer) => Object(answer).status)).toEqual([200, 200, 401]);
    const ended = (await auth.eventsAbout(ada.userId)).filter(({ type }) => type === 'session.ended');
    expect(ended).toHaveLength(2);
  });
});

describe('401', () => {
  it('without the present password nothing changes', async () => {
    expect(await change({ current: 'not the password', password })).toMatchObject({
      status: 401,
      body: { code: 'invalid_credentials' },
    });
    expect((await signIn(ada.password)).status).toBe(201);
  });

  it('nobody, even one who knows both the person and the password', async () => {
    expect((await change({ current: ada.password, password }, { actor: null })).status).toBe(401);
  });

  it('a disabled account', async () => {
    await auth.setAccess(ada, false);
    expect((await change({ current: ada.password, password })).status).toBe(401);
  });
});

describe('429', () => {
  it('a stolen session cannot be used to guess the password', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => change({ current: 'a guess at it', password })));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(10);
  });

  it('strangers who type the person’s id at the sign-in use up none of these tries', async () => {
    for (let miss = 0; miss < 12; miss++) {
      await auth.ask('POST', '/v1/sessions', { body: { identifier: ada.userId, password: 'a guess at it' } });
    }
    expect((await change({ current: ada.password, password })).status).toBe(200);
  });
});

describe('400', () => {
  it('a password that is one of the person’s own names is refused, whatever the case', async () => {
    const local = ada.email.split('@').at(0) ?? '';
    for (const own of [ada.username, ada.username.toUpperCase(), ada.email, local]) {
      expect(await change({ current: ada.password, password: own })).toMatchObject({
        status: 400,
        body: { code: 'weak_password', errors: [{ pointer: '/body/password' }] },
      });
    }
  });

  it('a common password is refused', async () => {
    const answer = await change({ current: ada.password, password: 'iloveyou' });
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'weak_password', errors: [{ pointer: '/body/password' }] },
    });
  });

  it.each([[{}], [{ password }], [{ current: 'x', password: '1234567' }], [{ current: 'x', password, userId: 'x' }]])(
    '%j',
    async (body) => {
      expect((await change(body)).status).toBe(400);
    },
  );
});

describe('a password that was theirs', () => {
  const take = async (current: string, next: string) => {
    const { actor: who } = await auth.signIn({ ...ada, password: current });
    return auth.ask('PUT', '/v1/password', { actor: who, body: { current, password: next } });
  };
  const nth = (n: number) => `the password of week ${n}`;

  it('is not taken again before five others were, by change or by reset', async () => {
    let current = ada.password;
    for (let n = 0; n < 5; n++) {
      for (const old of [current, ada.password]) {
        expect(await take(current, old)).toMatchObject({
          status: 400,
          body: {
            code: 'weak_password',
            errors: [{ pointer: '/body/password', detail: 'is one that you had before' }],
          },
        });
      }
      expect((await take(current, nth(n))).status).toBe(200);
      current = nth(n);
    }
    const token = await auth.resetTokenFor(ada.email);
    const reset = (next: string) => auth.ask('POST', '/v1/password/reset', { body: { token, password: next } });
    expect((await reset(nth(1))).body).toMatchObject({ code: 'weak_password' });
    // The first one is out of the last five by now.
    expect((await reset(ada.password)).status).toBe(200);
    const kept = await auth.connection.sql`select from auth.password_history where user_id = ${ada.userId}`;
    expect(kept).toHaveLength(5);
  });
});
