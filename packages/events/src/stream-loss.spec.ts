import { setTimeout as delay } from 'node:timers/promises';
import { newId } from '@rollcall/service-kit/identity';
import type { TestDatabase } from '@rollcall/testing/test-database';
import { waitFor } from '@rollcall/testing/wait-for';
import { signUpRepeated } from '@rollcall/types/events/registration';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reactTo } from './reaction.ts';
import { StreamMark } from './stream-mark.ts';
import { eventTables } from './testing/spec-schema.ts';
import {
  effectsOf,
  emitAbout,
  handmade,
  inStream,
  type Party,
  published,
  put,
  reached,
  recordEffect,
  recording,
  sequencesOf,
  startTraffic,
  type Traffic,
} from './testing/traffic.ts';

let traffic: Traffic;
let databases: Record<'deactivation' | 'registration' | 'activity-log', TestDatabase>;

beforeEach(async () => {
  traffic = await startTraffic();
  databases = {
    deactivation: await traffic.database(),
    registration: await traffic.database(),
    'activity-log': await traffic.database(),
  };
});
afterEach(() => traffic.end());

const joinSource = (service: 'deactivation' | 'registration') =>
  traffic.join({ service, database: databases[service] });

const joinConsumer = (first?: Parameters<typeof recording>[0]) =>
  traffic.join({
    service: 'activity-log',
    database: databases['activity-log'],
    reactions: { ...recording(first), registration: [reactTo(signUpRepeated, recordEffect)] },
  });

const emitMany = async (party: Party, subject: string, count: number): Promise<void> => {
  await emitAbout(party, ...Array.from({ length: count }, () => subject));
};

const repeatSignUp = (party: Party, subject: string) =>
  party.plane.transact((_, emit) =>
    emit(signUpRepeated, { subject, data: {}, cause: { actor: 'service:gateway', correlationId: 'a-request' } }),
  );

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n + 1);

/** As after a power cut: the newest writes had been acknowledged and were not on the disk yet. */
const cutTail = async (lastKept: number): Promise<void> => {
  await traffic.nats.kill();
  await traffic.nats.loseTail('ROLLCALL', lastKept);
  await traffic.nats.start();
};

describe('a stream that lost its tail', () => {
  it('is filled up again (F16)', async () => {
    const source = joinSource('deactivation');
    const consumer = joinConsumer();
    await emitMany(source, 'ada', 100);
    await reached(consumer, 'ada', 100);
    await cutTail(60);
    await waitFor('the loss to be made good', async () => (await inStream(source)).length >= 100, 15_000);
    await emitMany(source, 'ada', 50);
    await reached(consumer, 'ada', 150, 15_000);
    expect(await sequencesOf(consumer, 'ada')).toEqual(upTo(150));
  }, 60_000);

  it('hides nothing from a consumer that was ahead of it, and repeats nothing (F16)', async () => {
    const [source, other, consumer] = [joinSource('deactivation'), joinSource('registration'), joinConsumer()];
    await emitMany(source, 'ada', 90);
    await reached(consumer, 'ada', 90);
    for (let n = 0; n < 10; n++) await repeatSignUp(other, 'grace');
    await reached(consumer, 'grace', 10);
    // Who wrote most of what was lost is not there to write it again: the stream stays shorter than it was.
    await source.stop();
    await cutTail(60);
    await repeatSignUp(other, 'grace');
    await reached(consumer, 'grace', 11, 15_000);
    expect((await other.bus.stream()).state.last_seq).toBeLessThan(100);
    const sourceAgain = joinSource('deactivation');
    await emitMany(sourceAgain, 'ada', 10);
    await reached(consumer, 'ada', 100, 15_000);
    expect(await sequencesOf(consumer, 'grace')).toEqual(upTo(11));
    expect(await sequencesOf(consumer, 'ada')).toEqual(upTo(100));
  }, 60_000);

  it('and grew beyond its old end while nobody looked hides nothing (F16)', async () => {
    const source = joinSource('deactivation');
    const consumer = joinConsumer();
    await emitMany(source, 'ada', 100);
    await reached(consumer, 'ada', 100);
    await Promise.all([source.stop(), consumer.stop()]);
    await cutTail(60);
    // Another service writes first: the stream is long again before the two have a look at it.
    const other = joinSource('registration');
    for (let n = 0; n < 60; n++) await repeatSignUp(other, 'grace');
    await published(other, 15_000);
    const [sourceAgain, consumerAgain] = [joinSource('deactivation'), joinConsumer()];
    await emitMany(sourceAgain, 'ada', 5);
    await reached(consumerAgain, 'ada', 105, 15_000);
    await reached(consumerAgain, 'grace', 60, 15_000);
    expect(await sequencesOf(consumerAgain, 'ada')).toEqual(upTo(105));
    expect(await sequencesOf(consumerAgain, 'grace')).toEqual(upTo(60));
    await waitFor('the lost ones in the stream', async () => {
      const ids = new Set((await inStream(sourceAgain)).map(({ envelope }) => (envelope as { id: string }).id));
      return ids.size === 165;
    });
  }, 60_000);

  it('and is written on before its readers are back hides nothing from them (F16)', async () => {
    // No service fills it up here.
    const consumer = joinConsumer();
    const writer = joinSource('registration');
    await put(consumer, ...upTo(100).map((n) => handmade('ada', n)));
    await reached(consumer, 'ada', 100);
    await cutTail(60);
    // Each about something of its own: none waits for one that is hidden, and so gives it away.
    await put(writer, ...upTo(50).map((n) => handmade(`grace ${n}`, 1)));
    for (const n of upTo(50)) await reached(consumer, `grace ${n}`, 1, 15_000);
    expect(await effectsOf(consumer)).toHaveLength(150);
  }, 60_000);

  it('of messages that were on their way hides nothing that took their places (F16)', async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const consumer = joinConsumer(async ({ subject }) => {
      if (subject === 'slow') await released;
    });
    const writer = joinSource('registration');
    await put(consumer, ...upTo(20).map((n) => handmade('ada', n)));
    await reached(consumer, 'ada', 20);
    for (let n = 0; n < 5; n++) await repeatSignUp(writer, 'alan');
    await published(writer);
    await put(consumer, handmade('slow', 1));
    const manager = await consumer.bus.manager();
    const given = async () =>
      (await manager.consumers.info('ROLLCALL', 'activity-log-from-deactivation')).delivered.stream_seq;
    await waitFor('it to be given out', async () => (await given()) === 26);
    // Until the server has written down that it gave it out.
    await delay(2_000);
    await writer.stop();
    await cutTail(20);
    await put(consumer, ...upTo(9).map((n) => handmade(`grace ${n}`, 1)));
    release();
    for (const n of upTo(9)) await reached(consumer, `grace ${n}`, 1, 15_000);
    expect(await effectsOf(consumer)).toHaveLength(35);
  }, 60_000);

  it('is filled up by every service, whichever writes first over what another had there (F16)', async () => {
    // The consumer comes late: what the stream has is all that it can get without asking.
    const [one, two] = [joinSource('deactivation'), joinSource('registration')];
    await emitMany(one, 'ada', 5);
    await published(one);
    await repeatSignUp(two, 'grace');
    await published(two);
    await Promise.all([one.stop(), two.stop()]);
    // The sixth message, of the second service, is lost; the first service writes its own in its place.
    await cutTail(5);
    const oneAgain = joinSource('deactivation');
    await emitMany(oneAgain, 'ada', 1);
    await published(oneAgain, 15_000);
    // The second one writes after it, further on than what it remembers.
    const twoAgain = joinSource('registration');
    await repeatSignUp(twoAgain, 'alan');
    await published(twoAgain);
    const consumer = joinConsumer();
    for (const subject of ['grace', 'alan']) await reached(consumer, subject, 1, 15_000);
    await reached(consumer, 'ada', 6);
    expect(await effectsOf(consumer)).toHaveLength(8);
  }, 60_000);
});

describe('the newest message of a service', () => {
  it('when it is gone, is published again although another one follows at once (F16)', async () => {
    const source = joinSource('deactivation');
    await emitMany(source, 'ada', 3);
    await published(source);
    const manager = await source.bus.manager();
    await manager.streams.deleteMessage('ROLLCALL', 3);
    await emitMany(source, 'grace', 1);
    const consumer = joinConsumer();
    await reached(consumer, 'ada', 3);
    await reached(consumer, 'grace', 1);
    expect(await sequencesOf(consumer, 'ada')).toEqual(upTo(3));
  });
});

describe('a stream that is gone', () => {
  it('with everything the server stored is made anew and filled from the outboxes (F17)', async () => {
    const [source, other, consumer] = [joinSource('deactivation'), joinSource('registration'), joinConsumer()];
    const early = newId();
    await emitMany(source, early, 300);
    await repeatSignUp(other, 'grace');
    await reached(consumer, early, 300);
    await traffic.nats.kill();
    await traffic.nats.loseStore();
    const during = newId();
    await emitMany(source, during, 10);
    await traffic.nats.start();
    await reached(consumer, during, 10, 20_000);
    await waitFor('all of them in the stream', async () => (await inStream(source)).length >= 311, 15_000);
    await emitMany(source, early, 1);
    await reached(consumer, early, 301, 15_000);
    expect(await sequencesOf(consumer, early)).toEqual(upTo(301));
    expect(await sequencesOf(consumer, during)).toEqual(upTo(10));
    expect(await sequencesOf(consumer, 'grace')).toEqual([1]);
  }, 60_000);

  it('while the server runs is made anew at once (F17)', async () => {
    const [source, consumer] = [joinSource('deactivation'), joinConsumer()];
    await emitMany(source, 'ada', 20);
    await reached(consumer, 'ada', 20);
    const manager = await source.bus.manager();
    await manager.streams.delete('ROLLCALL');
    await emitMany(source, 'ada', 20);
    await reached(consumer, 'ada', 40, 15_000);
    expect(await sequencesOf(consumer, 'ada')).toEqual(upTo(40));
  }, 60_000);

  it('except for its newest messages, by purging, is filled up again (F16)', async () => {
    const [source] = [joinSource('deactivation')];
    await emitMany(source, 'ada', 20);
    await published(source);
    const manager = await source.bus.manager();
    await manager.streams.purge('ROLLCALL');
    const consumer = joinConsumer();
    await reached(consumer, 'ada', 20, 15_000);
    expect(await sequencesOf(consumer, 'ada')).toEqual(upTo(20));
  }, 60_000);
});

describe('a consumer of two replicas', () => {
  it('that come back to a server at once with something in hand goes on from where it was, not from the start', async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const stalling = async ({ subject }: { readonly subject: string }) => {
      if (subject.startsWith('slow')) await released;
    };
    const consumer = joinConsumer(stalling);
    joinConsumer(stalling);
    const durable = async () =>
      (await consumer.bus.manager()).consumers.info('ROLLCALL', 'activity-log-from-deactivation');
    await put(consumer, ...upTo(400).map((n) => handmade(`ada ${n}`, 1)));
    await waitFor('all to be applied', async () => (await effectsOf(consumer)).length === 400);
    // More than either has in hand at a time.
    await put(consumer, ...upTo(300).map((n) => handmade(`slow ${n}`, 1)));
    await waitFor('them to be given out', async () => (await durable()).num_ack_pending === 300);
    // Not killed: it would have to have written down by then that it gave them out, and does so when it likes.
    await traffic.nats.shutDown();
    await traffic.nats.start();
    // Before they are done: what is in nobody's hand need not be given out again.
    const startsAt = async () => (await durable()).config.opt_start_seq ?? 1;
    await waitFor('it to be made anew', async () => (await startsAt()) !== 1, 30_000);
    release();
    await waitFor('all to be applied', async () => (await effectsOf(consumer)).length === 700, 15_000);
    expect(await startsAt()).toBeGreaterThan(400);
  }, 60_000);
});

describe('a consumer that is gone', () => {
  it('is made anew and repeats nothing', async () => {
    const [source, consumer] = [joinSource('deactivation'), joinConsumer()];
    await emitMany(source, 'ada', 20);
    await reached(consumer, 'ada', 20);
    const manager = await source.bus.manager();
    await manager.consumers.delete('ROLLCALL', 'activity-log-from-deactivation');
    await emitMany(source, 'ada', 20);
    await reached(consumer, 'ada', 40, 15_000);
    expect(await sequencesOf(consumer, 'ada')).toEqual(upTo(40));
  }, 60_000);
});

describe('a reader of a stream that another replica reads too', () => {
  it('does not take the other’s progress for a loss, though it was asked for the stream’s end before', async () => {
    const source = joinSource('deactivation');
    const consumer = joinConsumer();
    const subject = newId();
    await emitMany(source, subject, 3);
    await reached(consumer, subject, 3);
    const before = await consumer.bus.stream();
    await emitMany(source, subject, 3);
    await reached(consumer, subject, 6);
    const other = new StreamMark(consumer.connection, eventTables, 'activity-log-from-deactivation');
    await waitFor('the mark to move on', async () => {
      const { streamMarks } = eventTables;
      const marks = await consumer.connection.db.select().from(streamMarks);
      return marks.some((mark) => mark.streamSequence > before.state.last_seq);
    });
    expect(await other.stillHolds(consumer.bus, before)).toBe(true);
  });
});
