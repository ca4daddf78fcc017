import { newSecret } from '@rollcall/service-kit/identity';
import { digestOf } from '@rollcall/service-kit/sealed-secret';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  newcomer,
  type RegistrationUnderTest,
  startRegistrationUnderTest,
} from '../testing/registration-under-test.ts';

let registration: RegistrationUnderTest;
const firstAdmin = 'First.Admin@Example.com';

beforeAll(async () => {
  registration = await startRegistrationUnderTest({ environment: { ROLLCALL_FIRST_ADMIN_EMAIL: firstAdmin } });
});
afterAll(() => registration.stop());
afterEach(() => {
  registration.world.down.clear();
  registration.world.refused.clear();
  registration.world.before = async () => undefined;
});

const invalid = { status: 400, body: { code: 'token_invalid' } };
const signedUp = async (more = {}) => {
  const ada = newcomer();
  await registration.signUp(ada, more);
  return {
    ...ada,
    userId: await registration.userIdOf(ada.username),
    token: await registration.tokenFor(ada.username),
  };
};
const count = async (table: string, userId: string): Promise<number> => {
  const { sql } = registration.connection;
  return (await sql`select from registration.${sql(table)} where user_id = ${userId}`).length;
};
const typesAbout = async (userId: string) => (await registration.eventsAbout(userId)).map(({ type }) => type);
const servicesTold = (userId: string) =>
  registration
    .toldAbout(userId)
    .map(({ service }) => service)
    .sort();

describe('200', () => {
  it('makes the person, tells every service what it needs, and tells all in an event, sealed', async () => {
    const profile = { firstName: 'Ada', gender: 'female' };
    const ada = await signedUp({ profile });
    expect(await registration.verify(ada.token)).toMatchObject({ status: 200, body: { userId: ada.userId } });
    const { email, username, userId } = ada;
    expect(registration.toldAbout(userId)).toEqual(
      expect.arrayContaining([
        { service: 'auth', body: { email, username } },
        { service: 'profile', body: { email, username, profile } },
        { service: 'role-permission', body: { isDesignated: false } },
      ]),
    );
    expect((await registration.eventsAbout(userId)).at(-1)).toEqual({
      type: 'user.registered',
      actor: userId,
      data: {},
      personal: { email, username, profile },
    });
    expect(await count('sign_ups', userId)).toBe(0);
    expect(await count('verifications', userId)).toBe(0);
    const [person] = await registration.connection.sql`select * from registration.people where user_id = ${userId}`;
    expect(person).toMatchObject({ email, username, enrolment: null });
  });

  it('says who the configuration names as first administrator, and passes the set-up token on as a digest', async () => {
    const ada = newcomer({ email: firstAdmin.toLowerCase() });
    registration.world.setupToken = 'a token';
    await registration.signUp(ada, { setupToken: 'a token' });
    const userId = await registration.userIdOf(ada.username);
    await registration.verify(await registration.tokenFor(ada.username));
    expect(registration.toldAbout(userId)).toContainEqual({
      service: 'role-permission',
      body: { isDesignated: true, setupTokenDigest: digestOf('a token') },
    });
  });

  it('the username stays theirs', async () => {
    const ada = await signedUp();
    await registration.verify(ada.token);
    const [row] = await registration.connection.sql`
      select reserved_until from registration.usernames where user_id = ${ada.userId}`;
    expect(row).toEqual({ reserved_until: null });
    expect((await registration.signUp(newcomer({ username: ada.username }))).status).toBe(409);
  });

  it('of fifty who present one link at once one succeeds', async () => {
    const ada = await signedUp();
    const answers = await Promise.all(Array.from({ length: 50 }, () => registration.verify(ada.token)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const answer of answers.filter(({ status }) => status !== 200)) expect(answer).toMatchObject(invalid);
    expect(await typesAbout(ada.userId)).toEqual(['verification.requested', 'user.registered']);
  });
});

describe('202', () => {
  it.each(['auth', 'profile', 'role-permission'] as const)(
    'while %s is down the account is made, and enrolment goes on until all know',
    async (service) => {
      const ada = await signedUp();
      registration.world.down.add(service);
      expect(await registration.verify(ada.token)).toMatchObject({
        status: 202,
        body: { status: 'completing', userId: ada.userId },
      });
      expect(servicesTold(ada.userId)).not.toContain(service);
      registration.world.down.clear();
      await expect.poll(() => servicesTold(ada.userId), { timeout: 15_000 }).toContain(service);
      expect(await typesAbout(ada.userId)).toEqual(['verification.requested', 'user.registered']);
    },
  );

  it('a service that takes its time keeps the caller no longer than two seconds', async () => {
    const ada = await signedUp();
    let answer: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    registration.world.before = async (service) => (service === 'profile' ? held : undefined);
    const startedAt = performance.now();
    expect((await registration.verify(ada.token)).status).toBe(202);
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    answer();
    await expect.poll(() => servicesTold(ada.userId)).toContain('profile');
  });

  it('a process that ends right after the commit leaves a person whom the next one enrols', async () => {
    const ada = await signedUp();
    for (const service of ['auth', 'profile', 'role-permission'] as const) registration.world.down.add(service);
    await registration.verify(ada.token);
    await registration.restart();
    registration.world.down.clear();
    await expect
      .poll(() => new Set(servicesTold(ada.userId)), { timeout: 15_000 })
      .toEqual(new Set(['auth', 'profile', 'role-permission']));
    await expect
      .poll(
        () => registration.connection.sql`select from registration.people
        where user_id = ${ada.userId} and enrolment is null`,
      )
      .toHaveLength(1);
  });
});

describe('400 token_invalid', () => {
  it('used, expired, unknown and respelled links are one answer, and make nobody', async () => {
    const used = await signedUp();
    await registration.verify(used.token);
    const expired = await signedUp();
    await registration.connection.sql`update registration.verifications set expires_at = now()
      where user_id = ${expired.userId}`;
    const respelled = expired.token.replace(/[a-z]/i, (letter) =>
      letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
    );
    const answers = await Promise.all(
      [used.token, expired.token, newSecret(), respelled].map((token) => registration.verify(token)),
    );
    expect(answers[0]).toMatchObject(invalid);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(await count('people', expired.userId)).toBe(0);
  });

  it('a newer mail voids no link until one is used; then all are', async () => {
    const ada = await signedUp();
    await registration.resend(ada.email);
    const newest = await registration.tokenFor(ada.username);
    expect(newest).not.toBe(ada.token);
    expect((await registration.verify(ada.token)).status).toBe(200);
    expect(await registration.verify(newest)).toMatchObject(invalid);
    expect(await registration.verify(ada.token)).toMatchObject(invalid);
  });

  it('a sign-up that has lapsed cannot be confirmed, whether anyone has cleaned up or not', async () => {
    const ada = await signedUp();
    await registration.connection
      .sql`update registration.sign_ups set expires_at = now() where user_id = ${ada.userId}`;
    expect(await registration.verify(ada.token)).toMatchObject(invalid);
    expect(await count('people', ada.userId)).toBe(0);
  });

  it('even where its username went to somebody else: that one keeps it', async () => {
    const ada = await signedUp();
    await registration.connection
      .sql`update registration.sign_ups set expires_at = now() where user_id = ${ada.userId}`;
    await registration.connection.sql`update registration.usernames set reserved_until = now() - interval '1 second'
      where user_id = ${ada.userId}`;
    const other = await registration.register(newcomer({ username: ada.username }));
    expect(await registration.verify(ada.token)).toMatchObject(invalid);
    expect(await count('usernames', other.userId)).toBe(1);
  });
});

describe('two sign-ups of one address', () => {
  it('the first that is confirmed has it; the other is over, its username free, its password without a door', async () => {
    const eve = await signedUp();
    const owner = newcomer({ email: eve.email });
    await registration.signUp(owner);
    const ownerId = await registration.userIdOf(owner.username);
    expect((await registration.verify(await registration.tokenFor(owner.username))).status).toBe(200);

    expect(await registration.verify(eve.token)).toMatchObject(invalid);
    expect(await registration.isAvailable(eve.username)).toBe(true);
    expect(servicesTold(eve.userId)).toEqual([]);
    for (const table of ['people', 'sign_ups', 'verifications', 'usernames', 'data_keys']) {
      expect(await count(table, eve.userId)).toBe(0);
    }
    // With the key gone, nothing that was said about it can be read.
    expect((await registration.eventsAbout(eve.userId)).map(({ personal }) => personal)).toEqual([null]);
    expect(await count('people', ownerId)).toBe(1);
  });

  it('no further mail is sent for the other one', async () => {
    const eve = await signedUp();
    const owner = newcomer({ email: eve.email });
    await registration.signUp(owner);
    await registration.verify(await registration.tokenFor(owner.username));
    await registration.resend(eve.email);
    const requests = await registration.requestsOf(eve.userId);
    expect(requests).toHaveLength(1);
    expect((await registration.mint(requests[0] ?? '')).status).toBe(404);
  });

  it('of twenty confirmed at once one gets the address, and the rest give their usernames back', async () => {
    const { email } = newcomer();
    const all: { username: string; token: string }[] = [];
    for (let n = 0; n < 20; n++) {
      const one = newcomer({ email });
      await registration.signUp(one);
      all.push({ ...one, token: await registration.tokenFor(one.username) });
      // Hours apart, so that each has its mail.
      await registration.connection
        .sql`update registration.verifications set created_at = created_at - interval '1 hour'`;
    }
    const answers = await Promise.all(all.map(({ token }) => registration.verify(token)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const [index, { status }] of answers.entries()) {
      expect(await registration.isAvailable(all[index]?.username ?? '')).toBe(status !== 200);
    }
    const people = await registration.connection.sql`
      select from registration.people where email_key = ${email.toLowerCase()}`;
    expect(people).toHaveLength(1);
  });
});

describe('400', () => {
  it.each([[{}], [{ token: 'short' }], [{ token: ['x'] }], [{ token: 'x'.repeat(32), userId: 'x' }], [[]]])(
    '%j',
    async (body) => {
      expect((await registration.ask('POST', '/v1/registrations/verify', { body })).status).toBe(400);
    },
  );
});
