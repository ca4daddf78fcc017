import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';

let auth: AuthUnderTest;

beforeAll(async () => {
  auth = await startAuthUnderTest({ environment: { KEY_ROTATION_DAYS: '30' } });
});
afterAll(() => auth.stop());

const keys = async () => [
  ...(await auth.connection.sql`select id, retired_at from auth.signing_keys order by created_at desc`),
];

describe('a key that signs', () => {
  it('is followed by a new one once it has done so for long enough, however many replicas see to that', async () => {
    const [first] = await keys();
    const replicas = [await auth.startReplica()];
    expect(await keys()).toHaveLength(1);
    await auth.connection.sql`update auth.signing_keys set created_at = now() - interval '31 days'`;
    replicas.push(...(await Promise.all([auth.startReplica(), auth.startReplica(), auth.startReplica()])));
    await expect.poll(async () => (await keys()).length).toBe(2);
    const [second, retired] = await keys();
    expect(second?.retired_at).toBeNull();
    expect(retired).toMatchObject({ id: first?.id, retired_at: expect.any(String) });
    expect(await auth.eventsAbout(String(second?.id))).toMatchObject([
      { type: 'signing_key.added', actor: 'service:auth' },
    ]);
    // Tokens of the one before stay good.
    const { body } = await auth.ask('GET', '/.well-known/jwks.json');
    expect((body.keys as { kid: string }[]).map(({ kid }) => kid)).toEqual([second?.id, first?.id]);
    await Promise.all(replicas.map((replica) => replica.stop()));
    expect(await keys()).toHaveLength(2);
  });
});
