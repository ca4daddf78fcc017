import { somebody } from '@rollcall/testing/service-under-test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';

let auth: AuthUnderTest;
const manager = somebody();

beforeAll(async () => {
  auth = await startAuthUnderTest();
  auth.grant(manager, 'keys.manage');
});
afterAll(() => auth.stop());

const rotate = (actor = manager, headers = {}) => auth.ask('POST', '/v1/keys/rotate', { actor, headers });
const signing = () => auth.connection.sql`select id from auth.signing_keys where retired_at is null`;

describe('201', () => {
  it('makes a key and tells the trail who did', async () => {
    const { status, body } = await rotate();
    expect(status).toBe(201);
    expect(await signing()).toEqual([{ id: body.id }]);
    expect(await auth.eventsAbout(String(body.id))).toEqual([
      {
        type: 'signing_key.added',
        actor: manager.userId,
        data: { keyId: body.id, algorithm: 'ES256' },
        personal: null,
      },
    ]);
  });

  it('a repetition under the same Idempotency-Key makes no other key', async () => {
    const headers = { 'idempotency-key': 'rotate-once' };
    const first = await rotate(manager, headers);
    expect(await rotate(manager, headers)).toMatchObject({ status: 201, body: first.body });
    expect(await signing()).toEqual([{ id: first.body.id }]);
  });

  it('many at once leave one key that signs', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => rotate()));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    expect(await signing()).toHaveLength(1);
  });
});

describe('403', () => {
  it('somebody without `keys.manage`', async () => {
    const before = await signing();
    expect((await rotate(somebody())).status).toBe(403);
    expect(await signing()).toEqual(before);
  });
});

describe('401', () => {
  it('nobody', async () => {
    expect((await auth.ask('POST', '/v1/keys/rotate')).status).toBe(401);
  });
});
