import type { Actor } from '@rollcall/service-kit/actor';
import { newId } from '@rollcall/service-kit/identity';
import { impersonationScopes } from '@rollcall/types/route-scopes';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';
import { actorOf, type Person } from '../testing/people.ts';

let auth: AuthUnderTest;
let ada: Person;
let helper: Actor;

beforeAll(async () => {
  auth = await startAuthUnderTest();
});
afterAll(() => auth.stop());
beforeEach(async () => {
  ada = await auth.register();
  ({ actor: helper } = await auth.signIn(await auth.register()));
  auth.grant(helper, 'users.impersonate');
});

const reason = 'Ada cannot find her invitation.';
const look = (actor = helper, userId: string = ada.userId, body: object = { reason }) =>
  auth.ask('POST', `/v1/users/${userId}/impersonate`, { actor, body });
const sessionsOf = async (person: Person) => {
  const { actor } = await auth.signIn(person);
  const { items } = (await auth.ask('GET', '/v1/sessions', { actor })).body as { items: Record<string, unknown>[] };
  return { actor, items };
};

describe('looking at an account as its owner sees it', () => {
  it('gives a token that says who looks, reads and nothing else, and cannot be refreshed', async () => {
    const { status, body } = await look();
    expect(status).toBe(201);
    const { accessToken, ...rest } = body;
    const scopes = [...impersonationScopes];
    expect(rest).toEqual({
      ...{ tokenType: 'Bearer', expiresIn: 600, scopes, user: { id: ada.userId } },
      sessionId: expect.any(String),
    });
    expect(scopes.filter((scope) => !scope.endsWith('.read'))).toEqual([]);
    expect(decodeJwt(String(accessToken))).toMatchObject({
      ...{ sub: ada.userId, sid: body.sessionId, scope: scopes.join(' ') },
      act: { sub: helper.userId, sid: helper.sessionId },
    });
    const [tokens] = await auth.connection.sql`
      select count(*)::int as count from auth.refresh_tokens where session_id = ${String(body.sessionId)}`;
    expect(tokens?.count).toBe(0);
  });

  it('is told, why too, and shown to the owner, who may end it', async () => {
    const { sessionId } = (await look()).body;
    const told = await auth.eventsAbout(ada.userId);
    expect(told.at(-1)).toMatchObject({
      ...{ type: 'impersonation.started', actor: helper.userId },
      data: { sessionId, expiresAt: expect.any(String) },
      personal: { reason },
    });
    const kept = await auth.connection.sql`select envelope from auth.outbox where subject = ${ada.userId}`;
    expect(JSON.stringify(kept)).not.toContain(reason);
    const { actor, items } = await sessionsOf(ada);
    expect(items.find(({ id }) => id === sessionId)).toMatchObject({
      ...{ impersonatedBy: helper.userId, current: false, ipAddress: '', userAgent: '' },
    });
    expect(items.filter(({ impersonatedBy }) => impersonatedBy === null)).toHaveLength(1);
    expect((await auth.ask('DELETE', `/v1/sessions/${sessionId}`, { actor })).status).toBe(200);
    const [revoked] = await auth.connection.sql`select kind from auth.revocations where value = ${String(sessionId)}`;
    expect(revoked?.kind).toBe('session');
  });

  it('ends when the right of whoever looks does', async () => {
    auth.world.mayUntil = new Date(Date.now() + 60_000).toISOString();
    const { body } = await look();
    auth.world.mayUntil = null;
    expect(Number(body.expiresIn)).toBeLessThanOrEqual(60);
    const { exp = 0, iat = 0 } = decodeJwt(String(body.accessToken));
    expect(exp - iat).toBeLessThanOrEqual(60);
  });

  it('makes no device known, and none new', async () => {
    await look();
    const first = await auth.signIn(ada);
    const started = (await auth.eventsAbout(ada.userId)).filter(({ type }) => type === 'session.started');
    expect(started.at(-1)).toMatchObject({ actor: first.actor.userId, data: { newDevice: false } });
  });

  it('ends no session of the owner, however often it is done', async () => {
    const { actor } = await auth.signIn(ada);
    const { sessionId } = (await look()).body;
    await auth.connection.sql`
      insert into auth.sessions (id, user_id, methods, authenticated_at, expires_at, ip_address, user_agent, impersonated_by)
      select gen_random_uuid(), user_id, methods, authenticated_at, expires_at, ip_address, user_agent, impersonated_by
      from auth.sessions, generate_series(1, 100) where id = ${String(sessionId)}`;
    await auth.signIn(ada);
    const [first] = await auth.connection.sql`select ended_at from auth.sessions where id = ${actor.sessionId}`;
    expect(first?.ended_at).toBeNull();
  });

  it('takes a fresh sign-in, and one that has not ended', async () => {
    const stale = { ...helper, authenticatedAt: helper.authenticatedAt - 601 };
    expect((await look(stale)).body).toMatchObject({ code: 'reauthentication_required' });
    await auth.ask('DELETE', '/v1/sessions/current', { actor: helper });
    expect((await look()).body).toMatchObject({ code: 'token_revoked' });
  });

  it('cannot be done from within itself, whatever the owner may', async () => {
    auth.grant(ada, 'users.impersonate');
    const { accessToken } = (await look()).body;
    const inside = { ...actorOf(accessToken), authenticatedAt: 0, scopes: [...impersonationScopes] };
    const other = await auth.register();
    expect((await look(inside, other.userId)).body).toMatchObject({ code: 'insufficient_scope' });
  });

  it('is refused of oneself, and of whoever holds what one does not hold', async () => {
    expect((await look(helper, helper.userId)).body).toMatchObject({ code: 'forbidden' });
    auth.world.cannotActAs.add(ada.userId);
    expect((await look()).body).toMatchObject({ code: 'forbidden' });
    auth.world.cannotActAs.delete(ada.userId);
    auth.world.administrators.add(ada.userId);
    expect((await look()).body).toMatchObject({ code: 'forbidden' });
    auth.world.administrators.delete(ada.userId);
  });

  it('of nobody, of somebody deactivated and of an address that nobody confirmed is told as what it is', async () => {
    expect((await look(helper, newId())).status).toBe(404);
    await auth.ask('PUT', `/internal/users/${ada.userId}/access`, { from: 'deactivation', body: { enabled: false } });
    expect((await look()).status).toBe(404);
  });

  it('takes the permission, and a reason', async () => {
    const { actor } = await auth.signIn(await auth.register());
    expect((await look(actor)).status).toBe(404);
    expect((await look(helper, ada.userId, {})).body).toMatchObject({ code: 'invalid_input' });
  });
});
