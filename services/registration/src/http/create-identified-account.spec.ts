import { newId } from '@rollcall/service-kit/identity';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  newcomer,
  type RegistrationUnderTest,
  startRegistrationUnderTest,
} from '../testing/registration-under-test.ts';

let registration: RegistrationUnderTest;

beforeAll(async () => {
  registration = await startRegistrationUnderTest();
});
afterAll(() => registration.stop());
afterEach(() => registration.world.down.clear());

const make = (userId: string, email: string, from: 'auth' | 'profile' = 'auth') =>
  registration.ask('POST', '/internal/verified-accounts', { from, body: { userId, email } });

describe('POST /internal/verified-accounts', () => {
  it('makes an account under the id that auth has chosen, and tells every service', async () => {
    const [userId, { email }] = [newId(), newcomer()];
    expect((await make(userId, email)).body).toEqual({ outcome: 'made' });
    expect(await registration.eventsAbout(userId)).toEqual([
      {
        type: 'user.registered',
        actor: userId,
        data: {},
        personal: { email, username: expect.stringMatching(/^user-[2-9a-z]{10}$/), profile: {} },
      },
    ]);
    expect(
      registration
        .toldAbout(userId)
        .map(({ service }) => service)
        .sort(),
    ).toEqual(['auth', 'profile', 'role-permission']);
  });

  it('makes one, however often and however many at once are asked for', async () => {
    const [userId, { email }] = [newId(), newcomer()];
    const asked = await Promise.all([1, 2, 3].map(() => make(userId, email)));
    expect([...asked, await make(userId, email)].map(({ body }) => body.outcome)).toEqual(Array(4).fill('made'));
    expect(await registration.eventsAbout(userId)).toHaveLength(1);
  });

  it('makes none for an address that has one, in any case of letters, and keeps nothing', async () => {
    const owner = await registration.register();
    const userId = newId();
    expect((await make(userId, owner.email.toUpperCase())).body).toEqual({ outcome: 'address_taken' });
    const [{ count }] = await registration.connection.sql<[{ count: string }]>`
      select count(*) from registration.usernames where user_id = ${userId}`;
    expect(count).toBe('0');
    expect(await registration.eventsAbout(userId)).toEqual([]);
  });

  it('ends the sign-ups of the address that wait, and gives their usernames back (N17)', async () => {
    const squatter = newcomer();
    await registration.signUp(squatter);
    const token = await registration.tokenFor(squatter.username);
    await make(newId(), squatter.email);
    expect((await registration.verify(token)).body).toMatchObject({ code: 'token_invalid' });
    expect(await registration.isAvailable(squatter.username)).toBe(true);
  });

  it('gives the address to one of those who confirm it and those who are vouched for at once', async () => {
    for (let round = 0; round < 5; round++) {
      const ada = newcomer();
      await registration.signUp(ada);
      const token = await registration.tokenFor(ada.username);
      const [confirmed, vouched] = await Promise.all([registration.verify(token), make(newId(), ada.email)]);
      const ends = [confirmed.status, vouched.body.outcome];
      expect([
        [200, 'address_taken'],
        [400, 'made'],
      ]).toContainEqual(ends);
    }
  });

  it('goes on without a service that is down, which is told later', async () => {
    registration.world.down.add('profile');
    const userId = newId();
    expect((await make(userId, newcomer().email)).body).toEqual({ outcome: 'made' });
    registration.world.down.clear();
    await make(userId, newcomer().email);
    expect(registration.toldAbout(userId).map(({ service }) => service)).toContain('profile');
  });

  it('is for auth alone', async () => {
    expect((await make(newId(), newcomer().email, 'profile')).status).toBe(403);
  });
});
