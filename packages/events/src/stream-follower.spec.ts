import { newId } from '@rollcall/service-kit/identity';
import { createLogger } from '@rollcall/service-kit/logging';
import { waitFor } from '@rollcall/testing/wait-for';
import { natsSubject } from '@rollcall/types/envelope';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Bus } from './bus.ts';
import { StreamFollower } from './stream-follower.ts';
import { handmade, startTraffic, type Traffic } from './testing/traffic.ts';

let traffic: Traffic;
let bus: Bus;
const log = createLogger('gateway', 'silent');

beforeEach(async () => {
  traffic = await startTraffic();
  bus = new Bus({ url: traffic.nats.url, token: traffic.nats.token, name: 'spec', log });
  await connected();
  await bus.stream();
});
afterEach(async () => {
  await bus.close();
  await traffic.end();
});

const connected = () => waitFor('NATS', async () => bus.connected, 20_000);

const publish = async (count: number): Promise<string[]> => {
  const events = Array.from({ length: count }, () => handmade(newId(), 1));
  for (const event of events) {
    await bus.jetstream().publish(natsSubject('deactivation', event.type), JSON.stringify(event));
  }
  return events.map(({ id }) => id);
};

/** Keeps the ids of what it was shown since the stream last began anew. */
const follow = () => {
  let seen: { readonly sequence: number; readonly id: string | undefined }[] = [];
  const follower = new StreamFollower(
    bus,
    {
      open: ({ continues }) => {
        if (!continues) seen = [];
        return seen.at(-1)?.sequence ?? 0;
      },
      take: (sequence, envelope) => seen.push({ sequence, id: envelope?.id }),
    },
    log,
  );
  follower.start();
  const ids = () => seen.map(({ id }) => id);
  return { ids, sees: (wanted: readonly string[]) => expect.poll(ids, { timeout: 15_000 }).toEqual(wanted), follower };
};

describe('a follower of the stream', () => {
  it('is shown all of it, what is no event included, and what comes afterwards, in order', async () => {
    const before = await publish(20);
    await bus.jetstream().publish(natsSubject('deactivation', 'user.deactivated'), 'no event');
    const { ids, sees, follower } = follow();
    await expect.poll(() => ids().length).toBe(21);
    expect(ids()).toEqual([...before, undefined]);
    const after = await publish(20);
    await sees([...before, ...after].toSpliced(20, 0, undefined as never));
    await follower.stop();
  });

  it('goes on where it was when the server was killed', async () => {
    const before = await publish(5);
    const { sees, follower } = follow();
    await sees(before);
    await traffic.nats.kill();
    await traffic.nats.start();
    await connected();
    const after = await publish(5);
    await sees([...before, ...after]);
    await follower.stop();
  });

  it.each([
    ['is shorter than before', 5],
    ['has grown beyond where it was', 60],
  ])('begins anew with a stream that has lost its end and %s (F16)', async (_, count) => {
    const before = await publish(50);
    const { sees, follower } = follow();
    await sees(before);
    await traffic.nats.kill();
    await traffic.nats.loseTail('ROLLCALL', 30);
    await traffic.nats.start();
    await connected();
    const after = await publish(count);
    await sees([...before.slice(0, 30), ...after]);
    await follower.stop();
  });
});
