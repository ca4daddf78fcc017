import { newId } from '@rollcall/service-kit/identity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from './testing/auth-under-test.ts';

let auth: AuthUnderTest;

beforeAll(async () => {
  auth = await startAuthUnderTest();
});
afterAll(() => auth.stop());

/** Starts another replica, whose clean-up begins with a round, and waits until it has taken away what should go. */
const cleanUp = async (isGone: () => Promise<boolean>): Promise<void> => {
  const replica = await auth.startReplica();
  try {
    await expect.poll(isGone, { timeout: 10_000 }).toBe(true);
  } finally {
    await replica.stop();
  }
};

describe('the clean-up', () => {
  it('removes applications that registered themselves, and that nobody has let in for a month', async () => {
    const { sql } = auth.connection;
    const ada = await auth.register();
    const [wanted, unused, recent, added] = [
      'client_wanted',
      'client_unused',
      'client_recent',
      'client_added',
    ] as const;
    const [taken, alone] = ['client_taken', 'client_alone'] as const;
    await sql`insert into auth.oauth_clients (id, settings, registration_digest, created_at)
      values (${wanted}, '{"name":"A"}', 'a', now() - interval '31 days'), (${unused}, '{"name":"B"}', 'b', now() - interval '31 days'),
             (${recent}, '{"name":"C"}', 'c', now() - interval '29 days'), (${added}, '{"name":"D"}', null, now() - interval '31 days')`;
    // What speaks for itself nobody lets in.
    await sql`insert into auth.oauth_clients (id, settings, registration_digest, created_at)
      values (${taken}, '{"name":"E"}', 'e', now() - interval '31 days'),
             (${alone}, '{"name":"F","grantTypes":["client_credentials"]}', 'f', now() - interval '31 days')`;
    const consent = newId();
    await sql`insert into auth.oauth_consents (id, user_id, client_id, granted)
      values (${newId()}, ${ada.userId}, ${wanted}, '{"openid":["openid"],"resources":{}}'),
             (${consent}, ${ada.userId}, ${taken}, '{"openid":["openid"],"resources":{}}')`;
    const { actor } = await auth.signIn(ada);
    // Who has taken a consent back may give it anew.
    expect((await auth.ask('DELETE', `/v1/oauth/consents/${consent}`, { actor })).status).toBe(200);
    const left = async () =>
      (await sql`select id from auth.oauth_clients where id like 'client_%' order by id`).map(({ id }) => id);
    await cleanUp(async () => (await left()).length < 6);
    expect(await left()).toEqual([added, alone, recent, taken, wanted]);
    expect(await auth.eventsAbout(unused)).toMatchObject([{ type: 'client.removed', actor: 'service:auth' }]);
  });

  it('forgets what is over, by its age, and nothing else', async () => {
    const { sql } = auth.connection;
    const ada = await auth.register();
    const [old, recent] = [await auth.signIn(ada), await auth.signIn(ada)];
    const ended = await auth.signIn(ada);
    const [lapsed, waiting] = [await auth.signUp(), await auth.signUp()];
    await sql`update auth.credentials set expires_at = now() - interval '1 second' where user_id = ${lapsed.userId}`;
    await sql`update auth.sessions set expires_at = now() - interval '31 days' where id = ${old.actor.sessionId}`;
    await sql`update auth.sessions set expires_at = now() - interval '29 days' where id = ${recent.actor.sessionId}`;
    await sql`update auth.sessions set ended_at = now() - interval '31 days' where id = ${ended.actor.sessionId}`;
    const [oldReset, recentReset] = [newId(), newId()];
    await sql`insert into auth.password_resets (id, user_id, created_at)
      values (${oldReset}, ${ada.userId}, now() - interval '8 days'),
             (${recentReset}, ${ada.userId}, now() - interval '6 days')`;
    await sql`insert into auth.revocations (position, kind, value, expires_at)
      values (1001, 'session', 'old', now() - interval '61 minutes'),
             (1002, 'session', 'recent', now() - interval '59 minutes')`;
    await sql`insert into auth.signing_keys (id, algorithm, sealed_private_key, public_key, retired_at)
      values ('old', 'ES256', '', '{}', now() - interval '25 hours'),
             ('recent', 'ES256', '', '{}', now() - interval '23 hours')`;
    await sql`insert into auth.rate_limits (key, points, expire)
      values ('old', 1, ${Date.now() - 1_000}), ('recent', 1, ${Date.now() + 60_000}), ('lasting', 1, null)`;

    await sql`insert into auth.oauth_records (kind, digest, sealed, expires_at)
      values ('AccessToken', 'old', '', now() - interval '1 second'), ('AccessToken', 'recent', '', now() + interval '1 hour')`;
    await sql`insert into auth.oauth_clients (id, settings) values ('client', '{}')`;
    await sql`insert into auth.oauth_client_secrets (digest, client_id, expires_at)
      values ('old', 'client', now() - interval '1 second'), ('recent', 'client', now() + interval '1 hour'), ('newest', 'client', null)`;

    const kept = async () => ({
      records: (await sql`select digest from auth.oauth_records`).map(({ digest }) => digest),
      secrets: (await sql`select digest from auth.oauth_client_secrets order by digest`).map(({ digest }) => digest),
      credentials: (
        await sql`select user_id from auth.credentials where user_id in (${lapsed.userId}, ${waiting.userId}, ${ada.userId})`
      ).length,
      sessions: (await sql`select id from auth.sessions where user_id = ${ada.userId}`).map(({ id }) => id),
      tokens: (
        await sql`select from auth.refresh_tokens where session_id in (${old.actor.sessionId}, ${ended.actor.sessionId})`
      ).length,
      resets: (await sql`select id from auth.password_resets`).map(({ id }) => id),
      revocations: (await sql`select value from auth.revocations where position > 1000`).map(({ value }) => value),
      keys: (await sql`select id from auth.signing_keys where retired_at is not null`).map(({ id }) => id),
      counters: (
        await sql`select key from auth.rate_limits where key in ('old', 'recent', 'lasting') order by key`
      ).map(({ key }) => key),
    });
    const due = {
      records: ['recent'],
      secrets: ['newest', 'recent'],
      credentials: 2,
      sessions: [recent.actor.sessionId],
      tokens: 0,
      resets: [recentReset],
      revocations: ['recent'],
      keys: ['recent'],
      counters: ['lasting', 'recent'],
    };
    // Sessions go last in a round: what else is due has gone when they have.
    await cleanUp(async () => (await kept()).sessions.length === 1);
    expect(await kept()).toEqual(due);
    expect((await auth.signIn(ada)).actor.userId).toBe(ada.userId);
  });

  it('does not stop at one batch', async () => {
    const { sql } = auth.connection;
    const ada = await auth.register();
    const { actor } = await auth.signIn(ada);
    await sql`insert into auth.sessions select gen_random_uuid(), user_id, methods, authenticated_at, created_at,
      last_used_at, now() - interval '31 days', null, ip_address, user_agent
      from auth.sessions, generate_series(1, 1500) where id = ${actor.sessionId}`;
    const count = async () => (await sql`select from auth.sessions where user_id = ${ada.userId}`).length;
    await cleanUp(async () => (await count()) === 1);
  });

  it('takes away in batches what a session left that was refreshed without a pause', async () => {
    const { sql } = auth.connection;
    const ada = await auth.register();
    const [old, recent] = [await auth.signIn(ada), await auth.signIn(ada)];
    for (const { actor } of [old, recent]) {
      await sql`insert into auth.refresh_tokens
        select 'spec ' || n || ${actor.sessionId}, ${actor.sessionId}, now() from generate_series(1, 2500) n`;
    }
    await sql`update auth.sessions set expires_at = now() - interval '31 days' where id = ${old.actor.sessionId}`;
    const tokens = async ({ actor }: typeof old) =>
      (await sql`select from auth.refresh_tokens where session_id = ${actor.sessionId}`).length;
    await cleanUp(async () => (await sql`select from auth.sessions where id = ${old.actor.sessionId}`).length === 0);
    expect([await tokens(old), await tokens(recent)]).toEqual([0, 2_501]);
  });
});
