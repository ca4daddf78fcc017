import type { EventPlane } from '@rollcall/events/event-plane';
import { createLogger } from '@rollcall/service-kit/logging';
import { callService, somebody } from '@rollcall/testing/service-under-test';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { RefusedSignIns } from './refused-sign-ins.ts';
import { type AuthUnderTest, startAuthUnderTest } from './testing/auth-under-test.ts';

let auth: AuthUnderTest;

beforeAll(async () => {
  auth = await startAuthUnderTest();
});
afterAll(() => auth.stop());
afterEach(() => {
  vi.useRealTimers();
});

const refusal = {
  userId: somebody().userId,
  reason: 'wrong_password' as const,
  hop: { requestId: 'r', actor: null, ipAddress: '192.0.2.1', userAgent: 'spec' },
  cause: { actor: 'anonymous', correlationId: 'r' },
};

/** Counts what is told and how often, and fails until told otherwise. */
const create = () => {
  const told: number[] = [];
  const state = { isDown: false };
  const transact: EventPlane['transact'] = async (work) => {
    if (state.isDown) throw new Error('down');
    let count = 0;
    const emit = vi.fn(async () => {
      count++;
    });
    const result = await Reflect.apply(work, undefined, [undefined, emit]);
    told.push(count);
    return result;
  };
  const log = createLogger('auth', 'silent');
  return { told, state, refused: new RefusedSignIns({ events: { transact }, sealOrigin: async () => ({}), log }) };
};

describe('refused sign-ins', () => {
  it('are told later, and many at a time', async () => {
    vi.useFakeTimers();
    const { told, refused } = create();
    for (let miss = 0; miss < 250; miss++) refused.add(refusal);
    await vi.advanceTimersByTimeAsync(490);
    expect(told).toEqual([]);
    await vi.advanceTimersByTimeAsync(20);
    expect(told).toEqual([100, 100, 50]);
  });

  it('wait while the database is down, and none is lost', async () => {
    vi.useFakeTimers();
    const { told, refused, state } = create();
    state.isDown = true;
    refused.add(refusal);
    await vi.advanceTimersByTimeAsync(2_000);
    refused.add(refusal);
    state.isDown = false;
    await vi.advanceTimersByTimeAsync(6_000);
    expect(told).toEqual([2]);
  });

  it('are told before the service has stopped', async () => {
    const { told, refused } = create();
    refused.add(refusal);
    await refused.stop();
    expect(told).toEqual([1]);
  });

  it('by two replicas about the same people at once: no trail misses any', async () => {
    const replica = await auth.startReplica();
    const people = await Promise.all(Array.from({ length: 6 }, () => auth.register()));

    const guess = (identifier: string) => ({
      method: 'POST',
      path: '/v1/sessions',
      body: { identifier, password: 'a guess at it' },
    });
    await Promise.all(
      people.flatMap(({ email, username }) => [
        auth.ask('POST', '/v1/sessions', { body: guess(email).body }),
        callService(replica, guess(username)),
      ]),
    );
    await replica.stop();
    for (const { userId } of people) {
      await expect.poll(() => auth.eventsAbout(userId), { timeout: 5_000 }).toHaveLength(2);
    }
  });
});
