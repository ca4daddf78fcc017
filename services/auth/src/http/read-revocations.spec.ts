import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';

let auth: AuthUnderTest;

beforeAll(async () => {
  auth = await startAuthUnderTest();
});
afterAll(() => auth.stop());

const read = (query = '', from: 'gateway' | 'profile' = 'gateway') =>
  auth.ask('GET', `/internal/revocations${query}`, { from });

describe('200', () => {
  it('tells what was revoked after a position, and where the list ends', async () => {
    const ada = await auth.register();
    const [one, other] = [await auth.signIn(ada), await auth.signIn(ada)];
    await auth.ask('DELETE', '/v1/sessions/current', { actor: one.actor });
    await auth.ask('DELETE', '/v1/sessions/current', { actor: other.actor });
    const expiresAt = expect.stringMatching(/Z$/);
    const second = { position: 2, kind: 'session', value: other.actor.sessionId, expiresAt };
    expect((await read()).body).toEqual({
      head: 2,
      items: [{ position: 1, kind: 'session', value: one.actor.sessionId, expiresAt }, second],
    });
    expect((await read('?after=1')).body).toEqual({ head: 2, items: [second] });
    expect((await read('?after=2')).body).toEqual({ head: 2, items: [] });
  });

  it('each stays until every token of the session has expired', async () => {
    const { body } = await read();
    const [first] = Array.isArray(body.items) ? body.items : [];
    expect(Date.parse(first.expiresAt)).toBeGreaterThan(Date.now() + 10 * 60_000);
  });
});

describe('400', () => {
  it.each(['?after=-1', '?after=x', '?after=1.5', '?before=1'])('%s', async (query) => {
    expect((await read(query)).status).toBe(400);
  });
});

describe('403', () => {
  it('answers the gateway only', async () => {
    expect((await read('', 'profile')).status).toBe(403);
  });
});
