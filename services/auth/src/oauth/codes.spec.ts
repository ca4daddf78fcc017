import * as oauth from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';
import { Browser } from '../testing/browser.ts';
import {
  type Begun,
  begin,
  callback,
  exchange,
  registerClient,
  relyingParty,
  tokenRequest,
} from '../testing/relying-party.ts';

let auth: AuthUnderTest;
let client: Awaited<ReturnType<typeof registerClient>>;
let app: oauth.Configuration;
let browser: Browser;

beforeAll(async () => {
  auth = await startAuthUnderTest();
  client = await registerClient(auth);
  app = await relyingParty(auth, client);
  browser = new Browser(auth);
  await browser.signIn(await auth.register());
});
afterAll(() => auth.stop());

const authorized = async (parameters: Readonly<Record<string, string>> = {}) => {
  const begun = await begin(app, parameters);
  return { begun, answer: await browser.authorize(begun.url) };
};

const redeem = (answer: URL, { verifier }: Pick<Begun, 'verifier'>, userAgent = 'an application') =>
  tokenRequest(
    auth,
    client,
    {
      grant_type: 'authorization_code',
      code: answer.searchParams.get('code') ?? '',
      redirect_uri: callback,
      ...(verifier === '' ? {} : { code_verifier: verifier }),
    },
    userAgent,
  );

describe('a code (N09)', () => {
  it('is redeemed once by fifty who present it together, and the one who was first keeps what they got', async () => {
    const { begun, answer } = await authorized();
    const answers = await Promise.all(Array.from({ length: 50 }, () => redeem(answer, begun)));
    const won = answers.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    expect(new Set(answers.filter((one) => !won.includes(one)).map(({ body }) => body.error))).toEqual(
      new Set(['invalid_grant']),
    );
    const refreshed = await oauth.refreshTokenGrant(app, String(won[0]?.body.refresh_token));
    expect(refreshed.access_token).toEqual(expect.any(String));
  });

  it('that comes again from elsewhere takes with it all that was given for it', async () => {
    const { begun, answer } = await authorized();
    const tokens = await exchange(app, answer, begun);
    expect((await redeem(answer, begun, 'a thief')).body).toMatchObject({ error: 'invalid_grant' });
    await expect(oauth.fetchUserInfo(app, tokens.access_token, oauth.skipSubjectCheck)).rejects.toThrow();
    await expect(oauth.refreshTokenGrant(app, String(tokens.refresh_token))).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });

  it('that comes again later does so too, wherever it comes from', async () => {
    const { begun, answer } = await authorized();
    const tokens = await exchange(app, answer, begun);
    await auth.connection.sql`update auth.oauth_records set consumed_at = consumed_at - interval '2 seconds'`;
    expect((await redeem(answer, begun)).status).toBe(400);
    await expect(oauth.refreshTokenGrant(app, String(tokens.refresh_token))).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });

  it('is over after a minute, whatever has not been cleaned up (N22)', async () => {
    const { begun, answer } = await authorized();
    const [longest] = await auth.connection.sql`
      select max(expires_at) <= now() + interval '1 minute' as is_short from auth.oauth_records
      where kind = 'AuthorizationCode'`;
    expect(longest).toEqual({ is_short: true });
    await auth.connection.sql`
      update auth.oauth_records set expires_at = now() where kind = 'AuthorizationCode' and consumed_at is null`;
    expect((await redeem(answer, begun)).body).toMatchObject({ error: 'invalid_grant' });
  });
});

describe('PKCE (N28)', () => {
  it.each([
    ['no challenge', { code_challenge: '', code_challenge_method: '' }],
    ['a plain one', { code_challenge_method: 'plain' }],
    ['a challenge without a method', { code_challenge_method: '' }],
  ])('an authorization with %s is refused', async (_, parameters) => {
    const begun = await begin(app, parameters);
    const { location } = await browser.open(begun.url);
    expect(location.searchParams.get('error')).toBe('invalid_request');
    expect(location.searchParams.get('code')).toBeNull();
  });

  it.each([
    ['no verifier', ''],
    ['a wrong one', 'x'.repeat(43)],
    ['one that is too short', 'x'],
  ])('a code with %s is worth nothing', async (_, verifier) => {
    const { answer } = await authorized();
    const { status, body } = await redeem(answer, { verifier });
    expect([status, body.access_token]).toEqual([400, undefined]);
  });

  it('the challenge itself is no verifier', async () => {
    const { begun, answer } = await authorized();
    const challenge = new URL(begun.url).searchParams.get('code_challenge') ?? '';
    expect((await redeem(answer, { verifier: challenge })).status).toBe(400);
  });
});

describe('a refresh token (N09, N35)', () => {
  const tokens = async () => {
    const { begun, answer } = await authorized();
    return exchange(app, answer, begun);
  };
  const refresh = (token: unknown, more: Readonly<Record<string, string>> = {}, userAgent = 'an application') =>
    tokenRequest(auth, client, { grant_type: 'refresh_token', refresh_token: String(token), ...more }, userAgent);

  it('is used once by fifty who present it together, and its child works', async () => {
    const { refresh_token } = await tokens();
    const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(refresh_token)));
    const won = answers.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    expect((await refresh(won[0]?.body.refresh_token)).status).toBe(200);
  });

  it('that is presented by somebody else after its use takes the whole family with it', async () => {
    const { refresh_token } = await tokens();
    const next = await refresh(refresh_token);
    expect((await refresh(refresh_token, {}, 'a thief')).body).toMatchObject({ error: 'invalid_grant' });
    expect((await refresh(next.body.refresh_token)).body).toMatchObject({ error: 'invalid_grant' });
  });

  it('gives no wider scope and no API that was not asked for', async () => {
    const { refresh_token } = await tokens();
    expect((await refresh(refresh_token, { scope: 'openid offline_access' })).body.error).toBe('invalid_scope');
    expect((await refresh(refresh_token, { resource: 'https://api.example/' })).body.error).toBe('invalid_target');
  });

  it('ends with its grant, which no use of it makes last longer', async () => {
    const grants = () =>
      auth.connection.sql`select digest, expires_at from auth.oauth_records where kind = 'Grant' order by digest`;
    const first = await tokens();
    const before = await grants();
    const next = await refresh(first.refresh_token);
    expect(next.status).toBe(200);
    expect(before.length).toBeGreaterThan(0);
    expect(await grants()).toEqual(before);
    await auth.connection.sql`update auth.oauth_records set expires_at = now() where kind = 'Grant'`;
    expect((await refresh(next.body.refresh_token)).body).toMatchObject({ error: 'invalid_grant' });
  });

  it('is of no use to another application', async () => {
    const { refresh_token } = await tokens();
    const other = await registerClient(auth);
    const form = { grant_type: 'refresh_token', refresh_token: String(refresh_token) };
    expect((await tokenRequest(auth, other, form)).body).toMatchObject({ error: 'invalid_grant' });
  });
});

it('nothing that is presented can be read out of the database', async () => {
  const { begun, answer } = await authorized();
  const tokens = await exchange(app, answer, begun);
  const rows = JSON.stringify([
    await auth.connection.sql`select * from auth.oauth_records`,
    await auth.connection.sql`select * from auth.oauth_client_secrets`,
    await auth.connection.sql`select * from auth.outbox`,
  ]);
  for (const secret of [client.secret, answer.searchParams.get('code'), tokens.access_token, tokens.refresh_token]) {
    expect(secret).toMatch(/^.{20,}$/);
    expect(rows).not.toContain(secret);
  }
});
