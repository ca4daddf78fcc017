import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';
import { actorOf, type Person } from '../testing/people.ts';

let auth: AuthUnderTest;
let ada: Person;
let session: Awaited<ReturnType<AuthUnderTest['signIn']>>;

beforeAll(async () => {
  auth = await startAuthUnderTest();
});
afterAll(() => auth.stop());
beforeEach(async () => {
  ada = await auth.register();
  session = await auth.signIn(ada);
});

const dead = { status: 401, body: { code: 'refresh_token_invalid' } };
const openSessions = async (): Promise<unknown> =>
  (await auth.ask('GET', '/v1/sessions', { actor: session.actor })).body.items;
const revoked = () => auth.connection.sql`select value from auth.revocations where value = ${session.actor.sessionId}`;

describe('200', () => {
  it('exchanges the token for a new pair of the same session, with the time of the sign-in', async () => {
    const { status, body } = await auth.refresh(session.refreshToken);
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        accessToken: expect.any(String),
        tokenType: 'Bearer',
        expiresIn: 600,
        refreshToken: expect.stringMatching(/^[A-Za-z0-9_-]{32}$/),
        user: { id: ada.userId },
      },
    });
    const actor = actorOf(body.accessToken);
    expect(actor).toEqual({ ...session.actor, tokenId: actor.tokenId });
    expect(actor.tokenId).not.toBe(session.actor.tokenId);
    expect(body.refreshToken).not.toBe(session.refreshToken);
  });

  it('a chain of exchanges goes on', async () => {
    let { refreshToken } = session;
    for (let turn = 0; turn < 5; turn++) {
      const answer = await auth.refresh(refreshToken);
      expect(answer.status).toBe(200);
      refreshToken = String(answer.body.refreshToken);
    }
  });

  it('takes the cookie where there is no body, and answers cookies', async () => {
    const headers = { cookie: `other=1; rollcall_refresh=${session.refreshToken}` };
    const answer = await auth.ask('POST', '/v1/sessions/refresh', { headers });
    expect(answer).toMatchObject({ status: 200, body: { user: { id: ada.userId } } });
    expect(answer.body).not.toHaveProperty('refreshToken');
    expect(answer.cookies).toHaveLength(2);
  });

  it('of fifty who present one token at once one succeeds, and what it got works', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => auth.refresh(session.refreshToken)));
    const winners = answers.filter(({ status }) => status === 200);
    expect(winners).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(49);
    const child = await auth.refresh(String(winners[0]?.body.refreshToken));
    expect(child.status).toBe(200);
    expect(await revoked()).toEqual([]);
  });

  it('stragglers of such a crowd, who come when one has won already, do no harm to the winner', async () => {
    const crowd = Array.from({ length: 40 }, () => auth.refresh(session.refreshToken));
    await Promise.race(crowd);
    const stragglers = Array.from({ length: 10 }, () => auth.refresh(session.refreshToken));
    const answers = await Promise.all([...crowd, ...stragglers]);
    const winners = answers.filter(({ status }) => status === 200);
    expect(winners).toHaveLength(1);
    expect((await auth.refresh(String(winners[0]?.body.refreshToken))).status).toBe(200);
  });
});

describe('401', () => {
  /** As a replica writes down that the client which used the token presented it once more at that moment. */
  const contest = () => auth.connection.sql`update auth.refresh_tokens set used_at = now(), contested_at = now()
    where session_id = ${session.actor.sessionId} and used_at is not null`;

  it('a straggler of a crowd that another replica heard does no harm to the winner', async () => {
    const next = await auth.refresh(session.refreshToken);
    await contest();
    expect(await auth.refresh(session.refreshToken)).toMatchObject(dead);
    expect((await auth.refresh(String(next.body.refreshToken))).status).toBe(200);
    expect(await revoked()).toEqual([]);
  });

  it('a straggler who comes before that replica has written it down is judged once more', async () => {
    const next = await auth.refresh(session.refreshToken);
    const { sql } = auth.connection;
    let straggler: ReturnType<typeof auth.refresh> | undefined;
    await sql.begin(async (tx) => {
      await tx`select from auth.credentials where user_id = ${ada.userId} for update`;
      // In the midst of the breath: whatever a busy machine takes to ask counts for the client.
      await sql`update auth.refresh_tokens set used_at = now() - interval '100 milliseconds'
        where session_id = ${session.actor.sessionId} and used_at is not null`;
      straggler = auth.refresh(session.refreshToken);
      // Taken for a thief’s, it wants the credential.
      const waiting = () => sql`select from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`;
      await expect.poll(waiting, { timeout: 5_000 }).not.toEqual([]);
      await contest();
    });
    expect(await straggler).toMatchObject(dead);
    expect((await auth.refresh(String(next.body.refreshToken))).status).toBe(200);
  });

  it('one from elsewhere is no straggler, however soon it comes: of two clients one has stolen it', async () => {
    await Promise.all(Array.from({ length: 10 }, () => auth.refresh(session.refreshToken)));
    await contest();
    const elsewhere = { ipAddress: '198.51.100.9', userAgent: 'another client' };
    const body = { refreshToken: session.refreshToken };
    expect(await auth.ask('POST', '/v1/sessions/refresh', { body, ...elsewhere })).toMatchObject(dead);
    expect(await revoked()).toHaveLength(1);
  });

  it('a used token that comes again ends the session, its newest tokens included, and tells the trail', async () => {
    const next = await auth.refresh(session.refreshToken);
    expect(await auth.refresh(session.refreshToken)).toMatchObject(dead);
    expect(await auth.refresh(String(next.body.refreshToken))).toMatchObject(dead);
    expect(await revoked()).toHaveLength(1);
    const { sessionId } = session.actor;
    expect((await auth.eventsAbout(ada.userId)).slice(1)).toMatchObject([
      { type: 'refresh_token.reused', actor: 'anonymous', data: { sessionId } },
      { type: 'session.ended', data: { sessionId, reason: 'refresh_reused' } },
    ]);
  });

  it('a stolen token replayed by many ends the session once', async () => {
    await auth.refresh(session.refreshToken);
    // Long enough ago that nobody takes it for a client that asked twice, however slow this machine is.
    await auth.connection.sql`update auth.refresh_tokens set used_at = used_at - interval '1 second'
      where session_id = ${session.actor.sessionId}`;
    await Promise.all(Array.from({ length: 20 }, () => auth.refresh(session.refreshToken)));
    const events = await auth.eventsAbout(ada.userId);
    expect(events.map(({ type }) => type)).toEqual(['session.started', 'refresh_token.reused', 'session.ended']);
  });

  it('a token used some time ago is stolen, however large the crowd that presents it', async () => {
    await Promise.all(Array.from({ length: 10 }, () => auth.refresh(session.refreshToken)));
    expect(await revoked()).toEqual([]);
    await auth.connection.sql`update auth.refresh_tokens set used_at = now() - interval '4 seconds'
      where session_id = ${session.actor.sessionId} and used_at is not null`;
    expect(await auth.refresh(session.refreshToken)).toMatchObject(dead);
    expect(await revoked()).toHaveLength(1);
  });

  it('ends no other session of the person', async () => {
    const elsewhere = await auth.signIn(ada);
    await auth.refresh(session.refreshToken);
    await auth.refresh(session.refreshToken);
    expect((await auth.refresh(elsewhere.refreshToken)).status).toBe(200);
  });

  it('a session that nobody used for two weeks is over', async () => {
    await auth.connection.sql`update auth.sessions set last_used_at = now() - interval '14 days 1 second'
      where id = ${session.actor.sessionId}`;
    expect(await auth.refresh(session.refreshToken)).toMatchObject(dead);
    expect(await openSessions()).toEqual([]);
  });

  it('and so is one of ninety days, however much it was used', async () => {
    await auth.connection.sql`update auth.sessions set expires_at = now() - interval '1 second'
      where id = ${session.actor.sessionId}`;
    expect(await auth.refresh(session.refreshToken)).toMatchObject(dead);
    expect(await openSessions()).toEqual([]);
  });

  it('a disabled account gets nothing for its token, not even after it is opened again', async () => {
    await auth.setAccess(ada, false);
    expect(await auth.refresh(session.refreshToken)).toMatchObject(dead);
    await auth.setAccess(ada, true);
    expect(await auth.refresh(session.refreshToken)).toMatchObject(dead);
  });

  it('a refresh and a deactivation at one moment leave no session behind', async () => {
    for (let round = 0; round < 10; round++) {
      const person = await auth.register();
      const { refreshToken } = await auth.signIn(person);
      const [answer] = await Promise.all([auth.refresh(refreshToken), auth.setAccess(person, false)]);
      if (answer.status === 200) expect(await auth.refresh(String(answer.body.refreshToken))).toMatchObject(dead);
      const open = await auth.connection
        .sql`select from auth.sessions where user_id = ${person.userId} and ended_at is null`;
      expect(open).toHaveLength(0);
    }
  });

  it('none, an unknown one, and two cookies of one name are the same answer', async () => {
    const twice = `rollcall_refresh=${session.refreshToken}; rollcall_refresh=other`;
    const answers = [
      await auth.ask('POST', '/v1/sessions/refresh'),
      await auth.refresh('unknown'),
      await auth.refresh(''),
      await auth.ask('POST', '/v1/sessions/refresh', { headers: { cookie: twice } }),
    ];
    expect(answers[0]).toMatchObject(dead);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });
});

describe('400', () => {
  it.each([[{ refreshToken: 1 }], [{ refreshToken: 'x'.repeat(257) }], [{ userId: 'x' }], [[]], ['x']])(
    '%j',
    async (body) => {
      expect((await auth.ask('POST', '/v1/sessions/refresh', { body })).status).toBe(400);
    },
  );
});
