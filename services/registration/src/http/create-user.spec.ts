import type { Actor } from '@rollcall/service-kit/actor';
import { somebody } from '@rollcall/testing/service-under-test';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  newcomer,
  type RegistrationUnderTest,
  startRegistrationUnderTest,
} from '../testing/registration-under-test.ts';

let registration: RegistrationUnderTest;
const creator = somebody();

beforeAll(async () => {
  registration = await startRegistrationUnderTest();
  registration.grant(creator, 'users.create');
});
afterAll(() => registration.stop());
afterEach(() => registration.world.down.clear());

const create = (body: unknown, actor: Actor | null = null) =>
  registration.ask('POST', '/users/create', { body, actor });
const taken = (field: string) => ({
  status: 422,
  body: { code: 'unprocessable', errors: [{ pointer: `/body/${field}`, detail: 'is taken' }] },
});

describe('201', () => {
  it('takes the fields below `user` or as such, and the account signs in after verification', async () => {
    for (const wrap of [(user: unknown) => ({ user }), (user: unknown) => user]) {
      const { password, ...ada } = newcomer();
      const answer = await create(wrap({ ...ada, password, gender: 'female' }));
      expect(answer).toMatchObject({ status: 201, body: { ...ada, gender: 'female', verified: false } });
      expect(answer.body.id).toBe(await registration.userIdOf(ada.username));
      expect(registration.toldAbout(String(answer.body.id))).toEqual([]);
      const verified = await registration.verify(await registration.tokenFor(ada.username));
      expect(verified.body.userId).toBe(answer.body.id);
    }
  });

  it('gender may be left out', async () => {
    expect((await create(newcomer())).body).toMatchObject({ gender: null });
  });

  it('an address that has an account gets a fresh pending id like any other', async () => {
    const owner = await registration.register();
    const { password, ...eve } = newcomer({ email: owner.email });
    for (const actor of [null, somebody()]) {
      const username = newcomer().username;
      const answer = await create({ ...eve, username, password }, actor);
      expect(answer).toMatchObject({ status: 201, body: { email: owner.email, username, verified: false } });
      expect(answer.body.id).not.toBe(owner.userId);
    }
    expect((await registration.eventsAbout(owner.userId)).map(({ type }) => type)).toEqual([
      'verification.requested',
      'user.registered',
      'sign_up.repeated',
      'sign_up.repeated',
    ]);
  });

  it('somebody with `users.create` vouches for an address: no mail, and every service knows the person', async () => {
    const ada = newcomer();
    const answer = await create({ ...ada, verified: true }, creator);
    expect(answer).toMatchObject({ status: 201, body: { username: ada.username, verified: true } });
    const userId = String(answer.body.id);
    expect(await registration.eventsAbout(userId)).toEqual([
      {
        type: 'user.registered',
        actor: creator.userId,
        data: {},
        personal: { email: ada.email, username: ada.username, profile: { gender: null } },
      },
    ]);
    expect(registration.toldAbout(userId)).toHaveLength(3);
  });

  it('brings a password along as another system has hashed it', async () => {
    const { password: _, ...ada } = newcomer();
    const passwordHash = '$2b$10$abcdefghijklmnopqrstuuAbCdEfGhIjKlMnOpQrStUvWxYz01234';
    const answer = await create({ ...ada, passwordHash, verified: true }, creator);
    expect(answer).toMatchObject({ status: 201, body: { verified: true } });
    expect(registration.credentials.get(String(answer.body.id))?.password).toBe(passwordHash);
    expect(JSON.stringify([answer, await registration.eventsAbout(String(answer.body.id))])).not.toContain('$2b$');
  });

  it('also while another service is down: it is told later', async () => {
    registration.world.down.add('profile');
    const answer = await create({ ...newcomer(), verified: true }, creator);
    expect(answer.status).toBe(201);
    registration.world.down.clear();
    await expect
      .poll(() => registration.toldAbout(String(answer.body.id)).map(({ service }) => service), { timeout: 15_000 })
      .toContain('profile');
  });
});

describe('422', () => {
  it('a taken username, for everybody, whatever the address', async () => {
    const owner = await registration.register();
    const { username } = owner;
    expect(await create(newcomer({ username }))).toMatchObject(taken('username'));
    expect(await create(newcomer({ username, email: owner.email }))).toMatchObject(taken('username'));
    expect(await create({ ...newcomer({ username }), verified: true }, creator)).toMatchObject(taken('username'));
  });

  it('a taken address, for those with `users.create`', async () => {
    const { email } = await registration.register();
    const one = newcomer({ email });
    expect(await create(one, creator)).toMatchObject(taken('email'));
    expect(await create({ ...one, verified: true }, creator)).toMatchObject(taken('email'));
    expect(await registration.isAvailable(one.username)).toBe(true);
  });

  it('of twenty who vouch for one address at once one makes the account, and no username is lost', async () => {
    const { email } = newcomer();
    const all = Array.from({ length: 20 }, () => newcomer({ email }));
    const answers = await Promise.all(all.map((one) => create({ ...one, verified: true }, creator)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    for (const [index, answer] of answers.entries()) {
      if (answer.status === 201) continue;
      expect(answer).toMatchObject(taken('email'));
      expect(await registration.isAvailable(all[index]?.username ?? '')).toBe(true);
    }
  });

  it('a hash beside a password, of nobody verified, or that auth cannot compare with', async () => {
    const { password, ...ada } = newcomer();
    for (const [body, pointer] of [
      [{ ...ada, password, passwordHash: '$2b$10$x', verified: true }, '/body/passwordHash'],
      [{ ...ada, passwordHash: '$2b$10$x' }, '/body/passwordHash'],
      [{ ...ada, passwordHash: 'no hash', verified: true }, '/body/passwordHash'],
      [{ ...ada, passwordHash: '$1$unusable', verified: true }, '/body/passwordHash'],
      [{ ...ada, verified: true }, '/body/password'],
    ] as const) {
      expect(await create(body, creator)).toMatchObject({
        status: 422,
        body: { code: 'unprocessable', errors: [{ pointer }] },
      });
    }
    expect(await registration.isAvailable(ada.username)).toBe(true);
  });

  it('a password that is guessed first', async () => {
    expect(await create(newcomer({ password: 'password' }))).toMatchObject({
      status: 422,
      body: { code: 'unprocessable', errors: [{ pointer: '/body/password' }] },
    });
  });

  it.each([
    [{}],
    [{ user: {} }],
    [{ email: 'ada' }],
    [{ username: 'a' }],
    [{ username: 'ada\u0000' }],
    [{ password: '1234567' }],
    [{ gender: 'Not A Code' }],
    [{ gender: 'martian' }],
    [{ verified: 'true' }],
    [{ admin: true }],
    [{ id: '0190a000-0000-7000-8000-000000000000' }],
  ])('bad values, each named: %j', async (more) => {
    const body = Object.keys(more).length === 0 || 'user' in more ? more : { ...newcomer(), ...more };
    const answer = await create(body);
    expect(answer).toMatchObject({ status: 422, body: { code: 'unprocessable' } });
    expect(answer.body.errors).not.toHaveLength(0);
  });
});

describe('a body with the fields below `user`', () => {
  it('is told of what is wrong where it stands', async () => {
    const owner = await registration.register();
    const pointersOf = async (user: unknown) => {
      const { body } = await create({ user });
      return Array.isArray(body.errors) ? body.errors.map(({ pointer }) => pointer) : body;
    };
    expect(await pointersOf({ ...newcomer(), email: 'ada', admin: true })).toEqual([
      '/body/user/email',
      '/body/user/admin',
    ]);
    expect(await pointersOf(newcomer({ username: owner.username }))).toEqual(['/body/user/username']);
    expect(await pointersOf(newcomer({ password: 'password' }))).toEqual(['/body/user/password']);
    expect(await pointersOf('ada')).toEqual(['/body/user']);
  });
});

describe('403', () => {
  it('a repetition of what a right allowed, once that right is gone', async () => {
    const helper = somebody();
    registration.grant(helper, 'users.create');
    const ask = (body: unknown) =>
      registration.ask('POST', '/users/create', { body, actor: helper, headers: { 'idempotency-key': 'again' } });
    const body = { ...newcomer(), verified: true };
    expect((await ask(body)).status).toBe(201);
    expect((await ask(body)).status).toBe(201);
    registration.revoke(helper, 'users.create');
    expect((await ask(body)).status).toBe(403);
  });

  it('`verified` is for those with `users.create` alone, and nothing is looked at before that', async () => {
    const owner = await registration.register();
    for (const actor of [null, somebody()]) {
      for (const one of [newcomer(), newcomer({ email: owner.email }), newcomer({ username: owner.username })]) {
        expect(await create({ ...one, verified: true }, actor)).toMatchObject({
          status: 403,
          body: { code: 'forbidden' },
        });
      }
    }
  });
});

describe('503', () => {
  it('without auth nothing is kept', async () => {
    registration.world.down.add('auth');
    const ada = newcomer();
    expect((await create({ ...ada, verified: true }, creator)).status).toBe(503);
    expect(await registration.isAvailable(ada.username)).toBe(true);
  });
});
