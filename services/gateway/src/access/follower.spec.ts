import { randomBytes } from 'node:crypto';
import { Bus } from '@rollcall/events/bus';
import { newId } from '@rollcall/service-kit/identity';
import { createLogger } from '@rollcall/service-kit/logging';
import { createServiceClient } from '@rollcall/service-kit/service-client';
import { systemTiming } from '@rollcall/service-kit/system-timing';
import { fakeServices } from '@rollcall/testing/service-under-test';
import { testServers } from '@rollcall/testing/test-database';
import { waitFor } from '@rollcall/testing/wait-for';
import { accessNewsSubject } from '@rollcall/types/live-subjects';
import { isRefusal } from '@rollcall/types/problems';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeAccess } from '../testing/fake-access.ts';
import { AccessFollower } from './follower.ts';

const log = createLogger('gateway', 'silent');
const hour = 3_600_000;
const ann = newId();
let owner: FakeAccess;
/** What the replicas of the owner know that are asked next; all of it when nothing is said. */
let lagging: number[];
let bus: Bus;
let follower: AccessFollower;
let directory: ReturnType<typeof fakeServices>;

const start = (idleMilliseconds: number): AccessFollower => {
  const client = createServiceClient('gateway', new Map([['role-permission', randomBytes(32)]]), directory);
  const started = new AccessFollower({ client, bus, timing: systemTiming, log, idleMilliseconds });
  started.start();
  return started;
};

beforeEach(() => {
  owner = new FakeAccess();
  lagging = [];
  const { natsUrl: url, natsToken: token } = testServers();
  bus = new Bus({ url, token, name: 'spec', log });
  directory = fakeServices({
    'GET /internal/access/graph': () => ({ status: 200, body: owner.whole(lagging.shift()) }),
    'GET /internal/access/changes*': ({ target }) => {
      const asked = new URL(target, 'http://owner').searchParams;
      const after = {
        epoch: Number(asked.get('epoch')),
        revision: Number(asked.get('after')),
        place: asked.get('place') ?? '',
      };
      const known = lagging.shift();
      owner.age = known === undefined ? 0 : hour;
      return { status: 200, body: owner.changes(after, known) };
    },
    'GET /internal/access/history*': ({ target }) => {
      const asked = new URL(target, 'http://owner').searchParams;
      const from = Number(asked.get('after'));
      const entries = owner.log.slice(from, from + Number(asked.get('limit'))).map(({ entry }) => entry);
      return { status: 200, body: { epoch: owner.epoch, revision: owner.revision, age: 0, entries } };
    },
  });
});
afterEach(async () => {
  await follower.stop();
  await bus.close();
});

const has = (revision: number) =>
  waitFor(`revision ${revision}`, async () => (follower.reading?.revision ?? -1) >= revision);

describe('following the owner', () => {
  it('begins by itself and goes on by itself, without any news', async () => {
    await bus.close();
    follower = start(10);
    owner.grant(ann, 'a');
    await has(1);
    owner.grant(ann, 'b');
    await has(2);
  });

  it('asks when there may be news, whoever says so and whatever they say', async () => {
    follower = start(hour);
    await waitFor('NATS', async () => bus.connected);
    await has(0);
    // The first round may have come before the connection; the next one listens.
    follower.heard('1-1');
    owner.grant(ann, 'a');
    await has(1);
    owner.grant(ann, 'b');
    await waitFor('the news to be heard', async () => {
      bus.connection.publish(accessNewsSubject, 'anything');
      return follower.reading?.revision === 2;
    });
  });

  it('asks when somebody waits for a revision', async () => {
    follower = start(hour);
    await has(0);
    owner.grant(ann, 'a');
    const reading = await follower.present(1);
    expect(isRefusal(reading) ? reading : reading.revision).toBe(1);
  });

  it('asks another replica at once when one lags behind', async () => {
    owner.grant(ann, 'a');
    follower = start(hour);
    await has(1);
    owner.grant(ann, 'b');
    lagging = [0, 0];
    const reading = await follower.present(2);
    expect(isRefusal(reading) ? reading : reading.revision).toBe(2);
    expect(lagging).toEqual([]);
  });

  it('takes what it missed in parts', async () => {
    follower = start(hour);
    await has(0);
    for (let n = 0; n < 2_500; n++) owner.grant(ann, `p${n}`);
    const told: number[] = [];
    follower.onEntries((entries) => told.push(...entries.map(({ event }) => event.position)));
    await follower.present(2_500);
    expect(told).toEqual(Array.from({ length: 2_500 }, (_, n) => n + 1));
  });

  it('has the past from the owner', async () => {
    for (let n = 0; n < 5; n++) owner.grant(ann, `p${n}`);
    follower = start(hour);
    const { entries, revision } = await follower.history(1, 2);
    expect([revision, entries.map(({ event }) => event.position)]).toEqual([5, [2, 3]]);
  });
});

describe('the present', () => {
  it('is there for the first who asks, though nobody has loaded it yet', async () => {
    owner.grant(ann, 'a');
    follower = start(hour);
    const reading = await follower.present();
    expect(isRefusal(reading) ? reading : reading.revision).toBe(1);
  });

  it('is nothing when the owner says nothing', async () => {
    directory.send = async () => {
      throw new Error('nobody is there');
    };
    follower = start(10);
    expect(await follower.present()).toMatchObject({ refused: 'unavailable', retryAfterSeconds: 1 });
  });

  it('is nothing when every replica of the owner lags behind what was known', async () => {
    owner.grant(ann, 'a');
    follower = start(hour);
    await has(1);
    owner.epoch = 0;
    await waitFor('it to be too old', async () => follower.reading === undefined);
    expect(await follower.present()).toMatchObject({ refused: 'unavailable' });
  });
});
