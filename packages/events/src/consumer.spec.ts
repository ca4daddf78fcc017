import { newId } from '@rollcall/service-kit/identity';
import type { ServiceClient } from '@rollcall/service-kit/service-client';
import { waitFor } from '@rollcall/testing/wait-for';
import type { Envelope } from '@rollcall/types/envelope';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { outboxSource } from './outbox-source.ts';
import type { ReactionScope } from './reaction.ts';
import { effects, eventTables } from './testing/spec-schema.ts';
import {
  effectsOf,
  emitAbout,
  handmade,
  type Party,
  parkedBy,
  published,
  put,
  reached,
  recording,
  sequencesOf,
  startTraffic,
  type Traffic,
} from './testing/traffic.ts';

let traffic: Traffic;

beforeEach(async () => {
  traffic = await startTraffic();
});
afterEach(() => traffic.end());

type First = (event: Envelope, scope: ReactionScope) => Promise<void>;

const joinConsumer = async (first?: First, client?: ServiceClient): Promise<Party> =>
  traffic.join({
    service: 'activity-log',
    database: await traffic.database(),
    reactions: recording(first),
    ...(client ? { client } : {}),
  });

/** Resolves once everything that was put before has been dealt with, subject by subject. */
const passed = async (party: Party): Promise<void> => {
  const last = newId();
  await put(party, handmade(last, 1));
  await reached(party, last, 1);
};

describe('an event', () => {
  it('has its effect once, in the order of its subject, however many replicas consume (F20)', async () => {
    const source = traffic.join({ service: 'deactivation', database: await traffic.database() });
    const database = await traffic.database();
    const join = () => traffic.join({ service: 'activity-log', database, reactions: recording() });
    const [one] = [join(), join()];
    const subjects = Array.from({ length: 10 }, () => newId()).sort();
    for (let n = 0; n < 50; n++) await emitAbout(source, ...subjects);
    for (const subject of subjects) await reached(one, subject, 50, 20_000);
    for (const subject of subjects) {
      expect(await sequencesOf(one, subject)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
    }
  });

  it('that comes again has no second effect (F15)', async () => {
    const party = await joinConsumer();
    const events = [1, 2, 3].map((sequence) => handmade('ada', sequence));
    await put(party, ...events, ...events, ...events);
    await passed(party);
    expect(await sequencesOf(party, 'ada')).toEqual([1, 2, 3]);
  });

  it('that comes before its predecessor waits for it (F19)', async () => {
    const party = await joinConsumer();
    await put(party, handmade('ada', 3), handmade('ada', 2), handmade('ada', 1));
    await reached(party, 'ada', 3);
    expect(await sequencesOf(party, 'ada')).toEqual([1, 2, 3]);
  });

  it('that fails for a while is tried again, and its successors wait for it (F19)', async () => {
    let failures = 0;
    const party = await joinConsumer(async ({ subjectsequence }) => {
      if (subjectsequence === 1 && failures++ < 3) throw new Error('not yet');
    });
    await put(party, handmade('ada', 1), handmade('ada', 2), handmade('ada', 3));
    await reached(party, 'ada', 3);
    expect(await sequencesOf(party, 'ada')).toEqual([1, 2, 3]);
    expect(failures).toBeGreaterThan(3);
  });

  it('leaves nothing of an attempt that failed', async () => {
    let attempts = 0;
    const party = await joinConsumer(async (event, { tx }) => {
      await tx.insert(effects).values({ eventId: event.id, subject: 'attempt', sequence: ++attempts });
      if (attempts < 3) throw new Error('not yet');
    });
    await put(party, handmade('ada', 1));
    await reached(party, 'ada', 1);
    // Of three attempts, what the third one wrote, with the mark "done" that came with it.
    expect((await effectsOf(party)).map(({ subject, sequence }) => [subject, sequence])).toEqual([
      ['attempt', 3],
      ['ada', 1],
    ]);
  });

  it('that was lost on the road is asked for and applied', async () => {
    const source = traffic.join({ service: 'deactivation', database: await traffic.database() });
    const asked: unknown[] = [];
    const client: ServiceClient = {
      call: async (route, { body }) => {
        asked.push(body);
        await outboxSource(source.connection, eventTables).again('ada', 2);
        source.plane.wakeRelays();
        return { status: 200, body: { events: 2 } } as Awaited<ReturnType<typeof client.call<typeof route>>>;
      },
    };
    await emitAbout(source, 'ada', 'ada', 'ada');
    await published(source);
    const manager = await source.bus.manager();
    await manager.streams.deleteMessage('ROLLCALL', 2);
    const party = await joinConsumer(undefined, client);
    await reached(party, 'ada', 3);
    expect(await sequencesOf(party, 'ada')).toEqual([1, 2, 3]);
    expect(asked).toEqual([{ subject: 'ada', fromSequence: 2 }]);
  });
});

describe('a poisoned event', () => {
  it('parks its subject while others flow, and a retry applies all of it in order (F18)', async () => {
    let poisoned = true;
    const party = await joinConsumer(async ({ subject, subjectsequence }) => {
      if (poisoned && subject === 'ada' && subjectsequence === 2) throw new TypeError('poison');
    });
    const events = [1, 2, 3].map((sequence) => handmade('ada', sequence));
    await put(party, ...events, handmade('grace', 1), handmade('grace', 2));
    await reached(party, 'grace', 2);
    expect(await sequencesOf(party, 'grace')).toEqual([1, 2]);
    await reached(party, 'ada', 3, 20_000);
    await put(party, handmade('ada', 4));
    await reached(party, 'ada', 4);
    expect(await sequencesOf(party, 'ada')).toEqual([1]);
    expect((await parkedBy(party)).map(({ subjectSequence, reason }) => [subjectSequence, reason])).toEqual([
      [2, 'TypeError'],
      [3, 'waits behind a parked event'],
      [4, 'waits behind a parked event'],
    ]);

    // While it still fails, a retry says so and changes nothing.
    const id = events[2]?.id ?? '';
    expect(await retry(party, id)).toMatchObject({ refused: 'event_still_fails' });
    expect(await parkedBy(party)).toHaveLength(3);
    poisoned = false;
    expect(await retry(party, id)).toMatchObject({ status: 200, body: { applied: 3 } });
    expect(await retry(party, id)).toMatchObject({ refused: 'event_not_parked' });
    await put(party, handmade('ada', 5));
    await reached(party, 'ada', 5);
    expect(await sequencesOf(party, 'ada')).toEqual([1, 2, 3, 4, 5]);
    expect(await parkedBy(party)).toEqual([]);
  }, 40_000);

  it('of a batch is the only one to suffer', async () => {
    const party = await joinConsumer(async ({ subject }) => {
      if (subject === 'ada') throw new Error('poison');
    });
    const others = Array.from({ length: 50 }, () => newId());
    await put(party, ...others.slice(0, 25).map((id) => handmade(id, 1)), handmade('ada', 1));
    await put(party, ...others.slice(25).map((id) => handmade(id, 1)));
    for (const other of others) await reached(party, other, 1, 3_000);
    expect(await effectsOf(party)).toHaveLength(50);
    await reached(party, 'ada', 1);
    expect(await parkedBy(party)).toMatchObject([{ subject: 'ada', reason: 'Error' }]);
  });
});

describe('a message that is wrong', () => {
  it('parks its subject when its type is unknown, of another service, or its data malformed', async () => {
    const party = await joinConsumer();
    await put(
      party,
      handmade('ada', 1, { type: 'user.dissolved' }),
      handmade('grace', 1, { type: 'user.registered' }),
      handmade('alan', 1, { data: { by: 'nobody' } }),
      handmade('alan', 2),
    );
    await passed(party);
    const parked = (await parkedBy(party)).map(({ subject, subjectSequence, reason }) => ({
      [`${subject} ${subjectSequence}`]: reason,
    }));
    expect(Object.assign({}, ...parked)).toEqual({
      'ada 1': 'unknown type',
      'grace 1': 'type of another service',
      'alan 1': 'data does not fit the catalogue',
      'alan 2': 'waits behind a parked event',
    });
    expect(await sequencesOf(party, 'alan')).toEqual([]);
  });

  it('that is no event is passed over, once', async () => {
    const party = await joinConsumer();
    await put(party, 'not JSON', '{}', '[]', '\u0000', JSON.stringify({ ...handmade('ada', 1), specversion: '2.0' }));
    await put(party, handmade('ada', 1, { source: 'rollcall/auth' }), handmade('ada', 1));
    await reached(party, 'ada', 1);
    await passed(party);
    expect(await sequencesOf(party, 'ada')).toEqual([1]);
    const manager = await party.bus.manager();
    await waitFor('nothing to be pending', async () => {
      const { num_ack_pending, num_pending } = await manager.consumers.info(
        'ROLLCALL',
        'activity-log-from-deactivation',
      );
      return num_ack_pending === 0 && num_pending === 0;
    });
  });
});

describe('a slow reaction', () => {
  it('outlives the time that the server waits for an answer, and has its effect once (F20)', async () => {
    let isSlow = true;
    let started = 0;
    const party = await joinConsumer(async ({ subject }, { tx }) => {
      if (subject !== 'slow' || !isSlow) return;
      started++;
      isSlow = false;
      // Longer than the server's patience of 5 s; in steps, for no statement may take that long.
      for (let n = 0; n < 4; n++) await tx.execute('select pg_sleep(2)');
    });
    await put(party, handmade('slow', 1), handmade('ada', 1));
    await reached(party, 'slow', 1, 20_000);
    await reached(party, 'ada', 1);
    expect(started).toBe(1);
    expect(await effectsOf(party)).toHaveLength(2);
    const manager = await party.bus.manager();
    const info = await manager.consumers.info('ROLLCALL', 'activity-log-from-deactivation');
    expect(info.delivered.consumer_seq).toBe(2);
  });
});

describe('more events than the server gives out at once', () => {
  it('behind a reaction that stalls are all applied in order afterwards, and nobody else waits for them (F21)', async () => {
    let resume = (): void => undefined;
    const stalled = new Promise<void>((resolve) => {
      resume = resolve;
    });
    const slow = await joinConsumer(() => stalled);
    const flood = Array.from({ length: 1_500 }, (_, n) => handmade('flood', n + 1));
    await put(slow, ...flood);
    const other = traffic.join({
      service: 'profile',
      database: await traffic.database(),
      reactions: recording(),
    });
    await reached(other, 'flood', 1_500, 15_000);
    expect(await effectsOf(slow)).toEqual([]);
    resume();
    await reached(slow, 'flood', 1_500, 20_000);
    expect(await sequencesOf(slow, 'flood')).toEqual(flood.map(({ subjectsequence }) => subjectsequence));
  }, 60_000);
});

describe('a stop', () => {
  const timed = async (party: Party): Promise<number> => {
    const startedAt = Date.now();
    await party.stop();
    return Date.now() - startedAt;
  };

  it('takes less than two seconds in the midst of a flood, and what was not begun is taken up soon', async () => {
    const database = await traffic.database();
    const join = () => traffic.join({ service: 'activity-log', database, reactions: recording() });
    const first = join();
    const flood = Array.from({ length: 2_000 }, (_, n) => handmade('flood', n + 1));
    await put(first, ...flood);
    await reached(first, 'flood', 100);
    expect(await timed(first)).toBeLessThan(2_000);
    const next = join();
    await reached(next, 'flood', 2_000, 40_000);
    expect(await sequencesOf(next, 'flood')).toEqual(Array.from({ length: 2_000 }, (_, n) => n + 1));
  }, 60_000);

  it('takes less than two seconds while NATS does not answer', async () => {
    const party = await joinConsumer();
    await put(party, handmade('ada', 1));
    await reached(party, 'ada', 1);
    traffic.nats.freeze();
    onTestFinished(() => traffic.nats.thaw());
    expect(await timed(party)).toBeLessThan(2_000);
  });

  it('takes less than two seconds before NATS was ever there', async () => {
    await traffic.nats.kill();
    const party = await joinConsumer();
    expect(await timed(party)).toBeLessThan(2_000);
  });
});

const retry = async (party: Party, id: string): Promise<unknown> => {
  const bound = party.routes.find(({ route }) => route.operationId === 'retryParkedEvent');
  return bound?.handle({ params: { id }, query: {}, body: undefined } as never, {} as never);
};
