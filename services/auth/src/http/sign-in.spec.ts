import argon2 from 'argon2';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';
import { Browser } from '../testing/browser.ts';
import { actorOf, type Person } from '../testing/people.ts';

let auth: AuthUnderTest;
let ada: Person;

beforeAll(async () => {
  // Judged here are the hashes themselves.
  auth = await startAuthUnderTest({ environment: { PASSWORD_HASH_MEMORY: '19456' } });
});
afterAll(() => auth.stop());
beforeEach(async () => {
  ada = await auth.register();
});

const signIn = (identifier: string, password: string, more = {}) =>
  auth.ask('POST', '/v1/sessions', { body: { identifier, password }, ...more });

describe('a hundred sessions', () => {
  it('are the most: with one more, the one that began first ends', async () => {
    const first = await auth.signIn(ada);
    await auth.connection.sql`
      insert into auth.sessions (id, user_id, methods, authenticated_at, expires_at, ip_address, user_agent)
      select ('ffffffff-ffff-7fff-8fff-' || lpad(n::text, 12, '0'))::uuid, ${ada.userId}::uuid, '{pwd}', now(),
        now() + interval '1 day', '', ''
      from generate_series(1, 99) n`;
    const last = await auth.signIn(ada);
    expect((await auth.refresh(first.refreshToken)).status).toBe(401);
    expect((await auth.refresh(last.refreshToken)).status).toBe(200);
  });
});

describe('201', () => {
  it('answers tokens to whoever knows the password', async () => {
    const { status, body, cookies } = await signIn(ada.username, ada.password);
    expect({ status, body }).toEqual({
      status: 201,
      body: {
        accessToken: expect.any(String),
        tokenType: 'Bearer',
        expiresIn: 600,
        refreshToken: expect.stringMatching(/^[A-Za-z0-9_-]{32}$/),
        user: { id: ada.userId },
      },
    });
    expect(cookies).toEqual([]);
  });

  it('takes the address or the username, in any case', async () => {
    for (const identifier of [ada.email, ada.email.toUpperCase(), ada.username.toLowerCase()]) {
      expect((await signIn(identifier, ada.password)).status).toBe(201);
    }
  });

  it('sets the tokens as cookies that no script can read, and puts none in the body, where asked to', async () => {
    const body = { identifier: ada.username, password: ada.password };
    const answer = await auth.ask('POST', '/v1/sessions?cookies=true', { body });
    expect(answer.body).toEqual({ tokenType: 'Bearer', expiresIn: 600, user: { id: ada.userId } });
    expect(answer.cookies).toEqual([
      expect.stringMatching(/^rollcall_access=ey[^;]+; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax$/),
      expect.stringMatching(/^rollcall_refresh=[^;]{32}; Path=\/; Max-Age=1209600; HttpOnly; SameSite=Lax$/),
    ]);
  });

  it('ends the session whose cookies it takes the place of, whoever’s that was, and no other', async () => {
    const grace = await auth.register();
    const elsewhere = new Browser(auth);
    const browser = new Browser(auth);
    await elsewhere.signIn(ada);
    await browser.signIn(ada);
    const first = browser.actor?.sessionId;
    await browser.signIn(ada);
    const second = browser.actor?.sessionId;
    // The access token has run out meanwhile.
    browser.actor = null;
    await browser.signIn(grace);
    const ended = (await auth.eventsAbout(ada.userId)).filter(({ type }) => type === 'session.ended');
    expect(ended.map(({ data }) => data)).toEqual([
      { sessionId: first, reason: 'signed_in_anew' },
      { sessionId: second, reason: 'signed_in_anew' },
    ]);
    expect((await auth.ask('GET', '/v1/sessions', { actor: elsewhere.actor })).body.items).toHaveLength(1);
  });

  it('ends no session whose token somebody has sent along', async () => {
    const phone = await auth.signIn(ada);
    const body = { identifier: ada.username, password: ada.password };
    // As the gateway hands it on: whose token it was, without the token and without cookies.
    expect((await auth.ask('POST', '/v1/sessions?cookies=true', { actor: phone.actor, body })).status).toBe(201);
    expect((await auth.refresh(phone.refreshToken)).status).toBe(200);
  });

  it('without cookies ends no session of the browser', async () => {
    const browser = new Browser(auth);
    await browser.signIn(ada);
    await browser.request('POST', '/v1/sessions', { body: { identifier: ada.username, password: ada.password } });
    const ended = (await auth.eventsAbout(ada.userId)).filter(({ type }) => type === 'session.ended');
    expect(ended).toEqual([]);
  });

  it('tells who signed in and from where, sealed, and whether the device is new', async () => {
    const first = await signIn(ada.username, ada.password, { userAgent: 'laptop', ipAddress: '198.51.100.7' });
    await signIn(ada.username, ada.password, { userAgent: 'laptop' });
    await signIn(ada.username, ada.password, { userAgent: 'phone' });
    const { sessionId } = actorOf(first.body.accessToken);
    expect(await auth.eventsAbout(ada.userId)).toMatchObject([
      {
        type: 'session.started',
        actor: ada.userId,
        data: { sessionId, methods: ['pwd'], newDevice: false },
        personal: { ipAddress: '198.51.100.7', userAgent: 'laptop' },
      },
      { type: 'session.started', data: { newDevice: false } },
      { type: 'session.started', data: { newDevice: true } },
    ]);
  });

  it('signs in while registration, which keeps the data keys, is down: the event goes without the address', async () => {
    auth.world.registrationIsDown = true;
    expect((await signIn(ada.username, ada.password)).status).toBe(201);
    auth.world.registrationIsDown = false;
    expect(await auth.eventsAbout(ada.userId)).toMatchObject([{ type: 'session.started', personal: null }]);
  });

  it('fifty at once for one person all get in: right passwords are no guesses', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => signIn(ada.username, ada.password)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
  });

  it('replaces a hash of weaker parameters, and the password still works', async () => {
    const weaker = await argon2.hash(ada.password, { memoryCost: 8_192, timeCost: 2, parallelism: 1 });
    await auth.connection.sql`update auth.credentials set password_hash = ${weaker} where user_id = ${ada.userId}`;
    const answers = await Promise.all(Array.from({ length: 4 }, () => signIn(ada.username, ada.password)));
    for (const { status } of answers) expect(status).toBe(201);
    const [row] = await auth.connection.sql`select * from auth.credentials where user_id = ${ada.userId}`;
    expect(row?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect((await signIn(ada.username, ada.password)).status).toBe(201);
  });
});

describe('401', () => {
  it('unknown, wrong, unconfirmed and disabled are one answer, headers and all', async () => {
    const unconfirmed = await auth.signUp();
    const disabled = await auth.register();
    await auth.setAccess(disabled, false);
    const answers = [
      await signIn('nobody-at-all', 'whatever it is'),
      await signIn('nobody@example.com', 'whatever it is'),
      await signIn(ada.email, `${ada.password} `),
      await signIn(unconfirmed.email, unconfirmed.password),
      await signIn(unconfirmed.username, unconfirmed.password),
      await signIn(disabled.email, disabled.password),
    ];
    expect(answers[0]).toMatchObject({ status: 401, body: { code: 'invalid_credentials' } });
    for (const { status, headers, body } of answers) {
      expect({ status, headers, body }).toEqual({
        status: 401,
        headers: answers[0]?.headers,
        body: answers[0]?.body,
      });
    }
  });

  it('each costs exactly one comparison of hashes of the same parameters', async () => {
    const unconfirmed = await auth.signUp();
    const disabled = await auth.register();
    await auth.setAccess(disabled, false);
    const verify = vi.spyOn(argon2, 'verify');
    const hash = vi.spyOn(argon2, 'hash');
    const identifiers = ['nobody-at-all', 'nobody@example.com', ada.email, unconfirmed.email, disabled.username];
    for (const [index, identifier] of identifiers.entries()) {
      await signIn(identifier, 'not the password');
      expect(verify).toHaveBeenCalledTimes(index + 1);
    }
    expect(hash).not.toHaveBeenCalled();
    for (const [compared] of verify.mock.calls) expect(compared).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  it('tells the trail of an existing account of the miss and why, a little later', async () => {
    await signIn(ada.username, 'not the password', { ipAddress: '198.51.100.9' });
    await auth.setAccess(ada, false);
    await signIn(ada.username, ada.password);
    await expect.poll(() => auth.eventsAbout(ada.userId), { timeout: 5_000 }).toHaveLength(2);
    expect(await auth.eventsAbout(ada.userId)).toMatchObject([
      {
        type: 'sign_in.failed',
        actor: 'anonymous',
        data: { reason: 'wrong_password' },
        personal: { ipAddress: '198.51.100.9' },
      },
      { type: 'sign_in.failed', data: { reason: 'disabled' } },
    ]);
  });

  it('the password is compared exactly as typed', async () => {
    for (const typed of [ada.password.toUpperCase(), ` ${ada.password}`, ada.password.slice(0, -1)]) {
      expect((await signIn(ada.username, typed)).status).toBe(401);
    }
  });
});

describe('429', () => {
  it('guesses sent all at once count: ten of thirty are judged, known account or not', async () => {
    for (const identifier of [ada.username, `nobody-${ada.username}`]) {
      const answers = await Promise.all(Array.from({ length: 30 }, () => signIn(identifier, 'a guess at it')));
      const statuses = answers.map(({ status }) => status);
      expect(statuses.filter((status) => status === 401)).toHaveLength(10);
      expect(statuses.filter((status) => status === 429)).toHaveLength(20);
    }
  });

  it('says when to come back, and refuses the right password as well', async () => {
    for (let miss = 0; miss < 10; miss++) await signIn(ada.username, 'a guess at it');
    const answer = await signIn(ada.username, ada.password);
    expect(answer).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(800);
  });

  it('tells the trail of an existing account once, however often it is refused then', async () => {
    for (let miss = 0; miss < 15; miss++) await signIn(ada.username, 'a guess at it');
    await Promise.all(Array.from({ length: 5 }, () => signIn(ada.username, 'a guess at it')));
    const reasons = async () =>
      (await auth.eventsAbout(ada.userId)).flatMap(({ type, data }) =>
        type === 'sign_in.failed' ? [String(data.reason)] : [],
      );
    await expect.poll(reasons, { timeout: 5_000 }).toContain('throttled');
    // One more of another kind closes the list: what was told before it has been written by then.
    await signIn(ada.email, 'a guess at it');
    await expect.poll(reasons, { timeout: 5_000 }).toHaveLength(12);
    expect((await reasons()).filter((reason) => reason === 'throttled')).toHaveLength(1);
  });

  it('a success forgets the misses before it', async () => {
    for (let miss = 0; miss < 9; miss++) await signIn(ada.username, 'a guess at it');
    expect((await signIn(ada.username, ada.password)).status).toBe(201);
    for (let miss = 0; miss < 9; miss++) expect((await signIn(ada.username, 'a guess at it')).status).toBe(401);
  });
});

describe('400', () => {
  it.each([
    [{}],
    [{ identifier: 'ada' }],
    [{ identifier: ['ada'], password: 'x' }],
    [{ identifier: 'a\u0000b', password: 'x' }],
    [{ identifier: 'ada', password: 'a\u0000b' }],
    [{ identifier: 'ada', password: 'a\ud800b' }],
    [{ identifier: 'ada', password: 'x'.repeat(257) }],
    [{ identifier: 'ada', password: 'x', userId: '0190a000-0000-7000-8000-000000000000' }],
  ])('%j', async (body) => {
    expect((await auth.ask('POST', '/v1/sessions', { body })).status).toBe(400);
  });
});
