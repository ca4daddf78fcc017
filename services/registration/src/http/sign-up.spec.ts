import { somebody } from '@rollcall/testing/service-under-test';
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
afterEach(() => {
  registration.world.down.clear();
  registration.world.hashing = 'free';
  registration.world.setupToken = undefined;
});

const rows = async (table: string, userId: string) => {
  const { sql } = registration.connection;
  return sql`select * from registration.${sql(table)} where user_id = ${userId}`;
};
const sent = {
  status: 202,
  headers: { 'cache-control': 'no-store', 'content-type': 'application/json' },
  body: { status: 'verification_sent' },
  page: '',
};

describe('202', () => {
  it('reserves the username, hands the password to auth alone, and asks for a mail, sealed for the person', async () => {
    const ada = newcomer();
    expect(await registration.signUp(ada, { profile: { locale: 'de-CH', firstName: 'Ada' } })).toEqual(sent);
    const userId = await registration.userIdOf(ada.username);
    expect(await registration.isAvailable(ada.username)).toBe(false);
    expect(registration.credentials.get(userId)?.password).toBe(ada.password);
    expect(await registration.eventsAbout(userId)).toEqual([
      {
        type: 'verification.requested',
        actor: userId,
        data: { requestId: expect.any(String) },
        personal: { email: ada.email, username: ada.username },
      },
    ]);
  });

  it('no link exists before its mail is sent', async () => {
    const ada = newcomer();
    await registration.signUp(ada);
    expect(await rows('verifications', await registration.userIdOf(ada.username))).toMatchObject([
      { token_digest: null, expires_at: null },
    ]);
  });

  it('the pending password outlives the sign-up, so that one confirmed at the last moment finds it', async () => {
    const ada = newcomer();
    await registration.signUp(ada);
    const userId = await registration.userIdOf(ada.username);
    const [signUp] = await rows('sign_ups', userId);
    const lapses = Date.parse(registration.credentials.get(userId)?.expiresAt ?? '');
    expect(lapses - Date.parse(signUp?.expires_at)).toBe(7 * 24 * 3_600_000);
  });

  it('a repetition under the same Idempotency-Key is the same sign-up', async () => {
    const ada = newcomer();
    const call = { headers: { 'idempotency-key': ada.username } };
    expect((await registration.signUp(ada, {}, call)).body).toEqual(sent.body);
    expect((await registration.signUp(ada, {}, call)).body).toEqual(sent.body);
    expect(await registration.requestsOf(await registration.userIdOf(ada.username))).toHaveLength(1);
  });
});

describe('an address that has an account', () => {
  it('gets the very same answer, and its owner, in any case of letters, is told by mail', async () => {
    const owner = await registration.register();
    const eve = newcomer({ email: owner.email.toUpperCase() });
    expect(await registration.signUp(eve)).toEqual(sent);
    expect((await registration.eventsAbout(owner.userId)).at(-1)).toEqual({
      type: 'sign_up.repeated',
      actor: await registration.userIdOf(eve.username),
      data: {},
      personal: { email: owner.email },
    });
  });

  it('reserves, hashes and stores just as much as a new one', async () => {
    const owner = await registration.register();
    const held: unknown[] = [];
    for (const applicant of [newcomer(), newcomer({ email: owner.email })]) {
      await registration.signUp(applicant);
      const userId = await registration.userIdOf(applicant.username);
      expect(await registration.isAvailable(applicant.username)).toBe(false);
      const tables = ['usernames', 'sign_ups', 'verifications', 'data_keys', 'people'];
      const counts = await Promise.all(tables.map(async (table) => (await rows(table, userId)).length));
      held.push({ counts, hashed: registration.credentials.has(userId) });
    }
    expect(held[0]).toEqual({ counts: [1, 1, 1, 1, 0], hashed: true });
    expect(held[1]).toEqual(held[0]);
  });

  it('costs the database statement for statement the same', async () => {
    const owner = await registration.register();
    const ofSignUp = /usernames|data_keys|sign_ups|verifications|email_key|subject_sequences|insert into .*outbox/;
    /** Completing registrations goes on at its own pace, whoever signs up. */
    const ofWorker = /"enrolment" is not null/;
    const record = async (applicant: ReturnType<typeof newcomer>) =>
      (await registration.statements.during(() => registration.signUp(applicant))).filter(
        (text) => ofSignUp.test(text) && !ofWorker.test(text),
      );
    await record(newcomer());
    const fresh = await record(newcomer());
    const taken = await record(newcomer({ email: owner.email }));
    expect(fresh.length).toBeGreaterThanOrEqual(8);
    expect(taken).toEqual(fresh);
  });

  it('leads nowhere: no link is ever minted for it, and it cannot be confirmed', async () => {
    const owner = await registration.register();
    const eve = newcomer({ email: owner.email });
    await registration.signUp(eve);
    const userId = await registration.userIdOf(eve.username);
    const [verification] = await rows('verifications', userId);
    expect((await registration.mint(verification?.id)).status).toBe(404);
    await registration.resend(owner.email);
    expect(await registration.requestsOf(userId)).toEqual([]);
  });
});

describe('many sign-ups of one address', () => {
  const mailsTo = async (applicants: readonly { username: string }[], owner?: string) => {
    const ids = await Promise.all(applicants.map(({ username }) => registration.userIdOf(username)));
    const about = await Promise.all([...ids, ...(owner ? [owner] : [])].map(registration.eventsAbout));
    return about.flat().filter(({ type }) => type === 'verification.requested' || type === 'sign_up.repeated').length;
  };

  it('send five mails an hour, to an address that has an account as to one that has none', async () => {
    const owner = await registration.register();
    for (const email of [newcomer().email, owner.email]) {
      const crowd = Array.from({ length: 8 }, (_, n) => newcomer({ email: n % 2 ? email : email.toUpperCase() }));
      for (const one of crowd) expect(await registration.signUp(one)).toEqual(sent);
      // The owner's own sign-up had a mail before.
      const isOwners = email === owner.email;
      expect((await mailsTo(crowd, isOwners ? owner.userId : undefined)) - (isOwners ? 1 : 0)).toBe(5);
    }
  });

  it('all at once send no more', async () => {
    const { email } = newcomer();
    const crowd = Array.from({ length: 12 }, () => newcomer({ email }));
    await Promise.all(crowd.map((one) => registration.signUp(one)));
    expect(await mailsTo(crowd)).toBe(5);
  });

  it('keep nobody out: whoever got no mail asks for one, and the account comes to be', async () => {
    const { email } = newcomer();
    for (let n = 0; n < 5; n++) await registration.signUp(newcomer({ email }));
    const ada = newcomer({ email });
    await registration.signUp(ada);
    expect(await registration.requestsOf(await registration.userIdOf(ada.username))).toEqual([]);
    await registration.resend(email);
    expect((await registration.verify(await registration.tokenFor(ada.username))).status).toBe(200);
  });
});

describe('409', () => {
  it('the username is judged first: the answer is one, whether the address has an account or not', async () => {
    const owner = await registration.register();
    const fresh = await registration.signUp(newcomer({ username: owner.username.toUpperCase() }));
    expect(fresh).toMatchObject({
      status: 409,
      body: { code: 'username_taken', errors: [{ pointer: '/body/username' }] },
    });
    const taken = await registration.signUp(newcomer({ username: owner.username, email: owner.email }));
    expect(taken).toEqual(fresh);
    const weak = await registration.signUp(newcomer({ username: owner.username, password: 'password' }));
    expect(weak).toEqual(fresh);
  });

  it('of fifty who want one username at once one gets it', async () => {
    const { username } = newcomer();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        registration.signUp(newcomer({ username: index % 2 ? username : username.toLowerCase() })),
      ),
    );
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(49);
  });

  it('a username is free again when its sign-up has lapsed, whether anyone has cleaned up or not (F26)', async () => {
    const ada = newcomer();
    await registration.signUp(ada);
    await registration.connection.sql`update registration.usernames set reserved_until = now() - interval '1 second'
      where username_key = ${ada.username.toLowerCase()}`;
    expect(await registration.isAvailable(ada.username)).toBe(true);
    expect((await registration.signUp(newcomer({ username: ada.username }))).status).toBe(202);
    expect((await registration.signUp(newcomer({ username: ada.username }))).status).toBe(409);
  });
});

describe('a set-up token', () => {
  it('that would make no administrator is refused at once, and nothing is kept', async () => {
    for (const valid of ['the right token', undefined]) {
      registration.world.setupToken = valid;
      const ada = newcomer();
      expect(await registration.signUp(ada, { setupToken: 'a wrong token' })).toMatchObject({
        status: 400,
        body: { code: 'invalid_input', errors: [{ pointer: '/body/setupToken' }] },
      });
      expect(await registration.isAvailable(ada.username)).toBe(true);
    }
  });

  it('that is right is passed on when the address is confirmed', async () => {
    registration.world.setupToken = 'the right token';
    const ada = newcomer();
    expect(await registration.signUp(ada, { setupToken: 'the right token' })).toEqual(sent);
    const { body } = await registration.verify(await registration.tokenFor(ada.username));
    const told = registration.toldAbout(String(body.userId)).find(({ service }) => service === 'role-permission');
    expect(told?.body).toMatchObject({ setupTokenDigest: expect.any(String) });
  });

  it('is not judged while role-permission is out of reach: the sign-up waits', async () => {
    registration.world.down.add('role-permission');
    expect((await registration.signUp(newcomer(), { setupToken: 'the right token' })).status).toBe(503);
    expect((await registration.signUp(newcomer())).status).toBe(202);
  });
});

describe('503', () => {
  it('without auth nothing is kept, and the username stays free', async () => {
    registration.world.down.add('auth');
    const ada = newcomer();
    expect(await registration.signUp(ada)).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(await registration.isAvailable(ada.username)).toBe(true);
    await expect(registration.userIdOf(ada.username)).rejects.toThrow();
    registration.world.down.clear();
    expect((await registration.signUp(ada)).status).toBe(202);
  });

  it('while too many passwords are hashed, and says when to come back', async () => {
    registration.world.hashing = 'overloaded';
    const answer = await registration.signUp(newcomer());
    expect(answer).toMatchObject({ status: 503, body: { code: 'overloaded' }, headers: { 'retry-after': '2' } });
  });
});

describe('400', () => {
  it('a password that auth finds too weak, told of the names of whose it is, keeps nothing', async () => {
    const profile = { firstName: 'Augusta Ada' };
    const ada = newcomer();
    for (const password of ['password', ada.username, ada.email, profile.firstName]) {
      const body = { ...ada, profile, password };
      expect(await registration.ask('POST', '/v1/registrations', { body })).toMatchObject({
        status: 400,
        body: { code: 'weak_password', errors: [{ pointer: '/body/password' }] },
      });
    }
    expect(await registration.isAvailable(ada.username)).toBe(true);
  });

  it.each([
    [{ email: 'ada' }],
    [{ email: 'ada@example.com, eve@example.com' }],
    [{ email: '"ada@example.com"<eve@example.com>' }],
    [{ email: 'ada@example.com\r\nBcc: eve@example.com' }],
    [{ email: 'ad\u0000a@example.com' }],
    [{ username: 'a' }],
    [{ username: 'ada\u0000' }],
    [{ username: 'аdа' }],
    [{ username: 'x'.repeat(33) }],
    [{ password: '1234567' }],
    [{ password: 'long enough\u0000' }],
    [{ password: 'long enough\ud800' }],
    [{ profile: { firstName: 'A\u0000' } }],
    [{ profile: { firstName: '\udfff' } }],
    [{ profile: { gender: 'martian' } }],
    [{ profile: { countryCode: 'EU' } }],
    [{ profile: { firstName: '   ' } }],
    [{ profile: { admin: true } }],
    [{ verified: true }],
    [{ userId: somebody().userId }],
    [{ setupToken: 'x'.repeat(129) }],
  ])('%j', async (more) => {
    const answer = await registration.signUp(newcomer(), more);
    expect(answer.status).toBe(400);
    expect(answer.body.errors).not.toHaveLength(0);
  });
});
