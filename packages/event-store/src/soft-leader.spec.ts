import { describe, expect, it } from 'vitest';
import { type Appended, beforeFirst, type Log } from './log.ts';
import type { AccountCommand, AccountEvent } from './testing/accounts.ts';
import type { InMemoryLog } from './testing/in-memory-log.ts';
import { type AccountLoop, deposit, nth, startReplicas } from './testing/replicas.ts';
import type { VirtualTiming } from './testing/virtual-timing.ts';
import { sleep } from './timing.ts';

const overdraw = (id: string): AccountCommand => ({ type: 'transfer', id, from: 'a', to: 'b', amount: 1_000 });

/** A log that takes two milliseconds to append, unless told, and one to read, and tells what became of every attempt. */
const watched = () => {
  const attempts: string[] = [];
  const takes = { append: 2 };
  const through = (log: InMemoryLog<AccountEvent>, replica: number, timing: VirtualTiming): Log<AccountEvent> => {
    const told = (doing: string, outcome: Appended): Appended => {
      attempts.push(`r${replica} ${doing}: ${outcome.status}`);
      return outcome;
    };
    return {
      append: async (intended) => {
        await sleep(timing, takes.append);
        return told('append', log.appendNow(intended));
      },
      appendAlone: async (from, limit, decide) => {
        const intended = decide(log.pageFrom(from, limit));
        return intended && told('alone', log.appendNow(intended));
      },
      read: async (from, limit) => {
        await sleep(timing, 1);
        return log.pageFrom(from, limit);
      },
      known: (ids) => log.known(ids),
      raiseEpoch: (above) => log.raiseEpoch(above),
    };
  };
  return { attempts, takes, through };
};

/** Each of these works through its commands, one after the other. */
const work = (loops: readonly AccountLoop[], clients: readonly number[], commands: number) =>
  Promise.all(
    loops.flatMap((loop, n) =>
      Array.from({ length: clients[n] ?? 0 }, async (_, client) => {
        const statuses: string[] = [];
        for (let m = 0; m < commands; m++) {
          statuses.push((await loop.submit(deposit(`${n}/${client}/${m}`))).status);
        }
        return statuses;
      }),
    ),
  ).then((statuses) => new Set(statuses.flat()));

describe('replicas that hear each other', () => {
  it('have what one of them appended at once, each entry once', async () => {
    const { loops, timing, recorded } = await startReplicas({ count: 3 });
    await nth(loops, 0).submit(deposit('1'));
    await nth(loops, 0).submit(deposit('2'));
    await sleep(timing, 5);
    expect(loops.map(({ reading }) => reading?.revision)).toEqual([2, 2, 2]);
    const positions = recorded.map((entries) => entries.map(({ position }) => position));
    expect(positions).toEqual(Array(3).fill([1, 2]));
  });

  it('read the log when they missed something, and skip what they have', async () => {
    const { loops, timing, recorded } = await startReplicas({ count: 2, hazards: ['lost', 'twice', 'none'] });
    for (const id of ['1', '2', '3']) await nth(loops, 0).submit(deposit(id));
    await sleep(timing, 20);
    expect(nth(loops, 1).reading?.revision).toBe(3);
    await sleep(timing, 1_000);
    expect(recorded[1]?.map(({ position }) => position)).toEqual([1, 2, 3]);
  });

  it('find out within the idle poll what nobody told them', async () => {
    const { loops, timing, bus } = await startReplicas({ count: 2 });
    bus.breakDown();
    await nth(loops, 0).submit(deposit('1'));
    await sleep(timing, 260);
    expect(nth(loops, 1).reading?.revision).toBe(1);
  });

  it('have whoever appended last decide for all, so that nobody loses', async () => {
    const { attempts, through } = watched();
    const { loops, log, timing } = await startReplicas({ count: 3, through });
    await nth(loops, 0).submit(deposit('first'));
    await sleep(timing, 2);
    expect(await work(loops, [8, 8, 8], 10)).toEqual(new Set(['accepted']));
    expect(log.entries).toHaveLength(241);
    expect(new Set(attempts)).toEqual(new Set(['r0 append: appended']));
  });

  it('lose next to nothing however uneven their load is', async () => {
    const { attempts, through } = watched();
    const { loops, log } = await startReplicas({ count: 3, through });
    expect(await work(loops, [128, 4, 4], 10)).toEqual(new Set(['accepted']));
    expect(log.entries).toHaveLength(1_360);
    const lost = attempts.filter((attempt) => !attempt.endsWith('appended'));
    // At first nobody leads; three of them may meet a few times until one does.
    expect(lost.length).toBeLessThan(0.1 * attempts.length + 6);
  });

  it('show what another one decided to whoever asked for it as soon as it is answered', async () => {
    const { loops, timing } = await startReplicas({ count: 2, hazards: ['none', 'none', 'lost'] });
    await nth(loops, 0).submit(deposit('1'));
    await sleep(timing, 2);
    expect(await nth(loops, 1).submit(deposit('2'))).toEqual({ status: 'accepted', revision: 2, epoch: 1 });
    expect(nth(loops, 1).reading?.revision).toBe(2);
  });

  it('tell nobody what they cannot show yet', async () => {
    let away = false;
    const { loops, timing } = await startReplicas({
      count: 2,
      hazards: ['none', 'none', 'lost'],
      through: (inner, replica) => ({
        append: (intended) => inner.append(intended),
        appendAlone: (from, limit, decide) => inner.appendAlone(from, limit, decide),
        known: (ids) => inner.known(ids),
        raiseEpoch: (above) => inner.raiseEpoch(above),
        read: async (from, limit) => {
          if (away && replica === 1) throw new Error('connection refused');
          return inner.pageFrom(from, limit);
        },
      }),
    });
    await nth(loops, 0).submit(deposit('1'));
    await sleep(timing, 2);
    away = true;
    timing.after(100, () => {
      away = false;
    });
    expect(await nth(loops, 1).submit(deposit('2'))).toEqual({ status: 'accepted', revision: 2, epoch: 1 });
    expect(nth(loops, 1).reading?.revision).toBe(2);
    expect(away).toBe(false);
  });

  it('refuse for each other, upon all that was answered before', async () => {
    const { attempts, through } = watched();
    const { loops, timing } = await startReplicas({ count: 2, through });
    await nth(loops, 0).submit(deposit('1'));
    await sleep(timing, 2);
    const [refused, accepted] = await Promise.all([
      nth(loops, 1).submit(overdraw('2')),
      nth(loops, 1).submit(deposit('3')),
    ]);
    expect(refused).toEqual({ status: 'refused', refusal: { refused: 'insufficient' }, revision: 1, epoch: 1 });
    expect(accepted).toEqual({ status: 'accepted', revision: 2, epoch: 1 });
    expect(new Set(attempts)).toEqual(new Set(['r0 append: appended']));
  });

  it('do by themselves, once, what a leader that stands still does not answer, in little more than its time', async () => {
    const { loops, timing, bus, log } = await startReplicas({ count: 2 });
    await nth(loops, 0).submit(deposit('1'));
    await sleep(timing, 2);
    bus.pause('r0');
    const began = timing.elapsed();
    expect(await nth(loops, 1).submit(deposit('2'))).toMatchObject({ status: 'accepted' });
    expect(timing.elapsed() - began).toBeLessThan(150);
    expect(await nth(loops, 1).submit(deposit('3'))).toMatchObject({ status: 'accepted' });
    bus.resume('r0');
    await sleep(timing, 500);
    expect(log.entries.map(({ commandId }) => commandId)).toEqual(['1', '2', '3']);
  });

  it('do once what a leader did whose answer was lost', async () => {
    const { loops, timing, log } = await startReplicas({ count: 2, hazards: ['none', 'unanswered', 'lost'] });
    await nth(loops, 0).submit(deposit('1'));
    await sleep(timing, 2);
    expect(await nth(loops, 1).submit(deposit('2'))).toEqual({ status: 'accepted', revision: 2, epoch: 1 });
    expect(log.entries.map(({ commandId }) => commandId)).toEqual(['1', '2']);
  });

  it('refuse nothing that another one was asked to do and may do yet, nor say that it is so already', async () => {
    const { loops, timing, bus, log } = await startReplicas({ count: 2 });
    await nth(loops, 0).submit(deposit('1'));
    await sleep(timing, 2);
    bus.pause('r0');
    const outcomes = await Promise.all([
      nth(loops, 1).submit(overdraw('2')),
      nth(loops, 1).submit({ type: 'ensureOpen', id: '3', account: 'a' }),
      nth(loops, 1).submit(deposit('4')),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['unavailable', 'unavailable', 'accepted']);
    await nth(loops, 1).submit(deposit('5', 'a', 1_000));
    bus.resume('r0');
    await sleep(timing, 500);
    // By now there is enough to do it with, and nobody was told otherwise.
    expect(log.entries.map(({ commandId }) => commandId)).toEqual(['1', '4', '5', '2', '2']);
  });

  it('are told what a leader did by what it tells everybody, when its answer is lost', async () => {
    const { loops, timing } = await startReplicas({ count: 2, hazards: ['none', 'unanswered', 'none'] });
    await nth(loops, 0).submit(deposit('1'));
    await sleep(timing, 2);
    const began = timing.elapsed();
    expect(await nth(loops, 1).submit(deposit('2'))).toEqual({ status: 'accepted', revision: 2, epoch: 1 });
    expect(timing.elapsed() - began).toBeLessThan(20);
  });

  it('ask nobody for a while after a leader did not answer, lest a slow log costs every command its time', async () => {
    const { loops, timing, bus } = await startReplicas({ count: 2 });
    await nth(loops, 0).submit(deposit('1'));
    await sleep(timing, 2);
    bus.pause('r0');
    await nth(loops, 1).submit(deposit('2'));
    bus
      .join('r0')
      .poke({ by: 'r0', leads: true, epoch: 1, position: 2, after: { ...beforeFirst, at: 0 }, entries: [] });
    await sleep(timing, 2);
    const began = timing.elapsed();
    await nth(loops, 1).submit(deposit('3'));
    expect(timing.elapsed() - began).toBeLessThan(10);
    await sleep(timing, 2_000);
    bus.resume('r0');
    bus
      .join('r0')
      .poke({ by: 'r0', leads: true, epoch: 1, position: 2, after: { ...beforeFirst, at: 0 }, entries: [] });
    await sleep(timing, 2);
    bus.pause('r0');
    const later = timing.elapsed();
    await nth(loops, 1).submit(deposit('4'));
    expect(timing.elapsed() - later).toBeGreaterThan(90);
  });

  it('wait longer for a leader whose answer was late, and do not take it for one that is gone', async () => {
    const { attempts, takes, through } = watched();
    const { loops, timing } = await startReplicas({ count: 2, through });
    await nth(loops, 0).submit(deposit('1'));
    await sleep(timing, 2);
    takes.append = 140;
    expect(await nth(loops, 1).submit(deposit('2'))).toMatchObject({ status: 'accepted' });
    await sleep(timing, 100);
    expect(await nth(loops, 1).submit(deposit('3'))).toMatchObject({ status: 'accepted' });
    expect(attempts).toEqual([
      'r0 append: appended',
      'r1 alone: appended',
      'r0 append: conflict',
      'r0 alone: appended',
    ]);
  });

  it('leave the lead to whoever was there before them', async () => {
    const { attempts, through } = watched();
    const { loops, timing } = await startReplicas({ count: 2, hazards: ['lost'], through });
    await nth(loops, 0).submit(deposit('1'));
    await nth(loops, 1).submit(deposit('2'));
    await sleep(timing, 5);
    await nth(loops, 0).submit(deposit('3'));
    await sleep(timing, 5);
    await nth(loops, 1).submit(deposit('4'));
    expect(attempts).toEqual([
      'r0 append: appended',
      'r1 append: conflict',
      'r1 alone: appended',
      'r0 append: appended',
      'r0 append: appended',
    ]);
  });

  it('take nobody for the leader who has said nothing for a while', async () => {
    const { attempts, through } = watched();
    const { loops, timing } = await startReplicas({ count: 2, through });
    await nth(loops, 0).submit(deposit('1'));
    await sleep(timing, 300);
    await nth(loops, 1).submit(deposit('2'));
    expect(attempts).toEqual(['r0 append: appended', 'r1 append: appended']);
  });

  it('do what was forwarded to them themselves, even while they take each other for the leader', async () => {
    const { loops, timing, bus, log } = await startReplicas({ count: 2 });
    const entries = { epoch: 1, position: 0, after: { ...beforeFirst, at: 0 }, entries: [] };
    bus.join('r0').poke({ by: 'r0', leads: true, ...entries });
    bus.join('r1').poke({ by: 'r1', leads: true, ...entries });
    await sleep(timing, 2);
    const began = timing.elapsed();
    const outcomes = await Promise.all(loops.map((loop, n) => loop.submit(deposit(`${n}`))));
    expect(outcomes.map(({ status }) => status)).toEqual(['accepted', 'accepted']);
    expect(timing.elapsed() - began).toBeLessThan(100);
    expect(log.entries).toHaveLength(2);
  });
});

describe('a replica that others beat', () => {
  it('has the log to itself for one batch, and decides upon what they wrote', async () => {
    const { attempts, through } = watched();
    const rivals = 40;
    const { loops, log } = await startReplicas({
      count: 1,
      through: (inner, replica, virtual) => {
        const own = through(inner, replica, virtual);
        let wins = 0;
        return {
          ...own,
          append: async (intended) => {
            if (wins++ < rivals) {
              const last = inner.entries.at(-1);
              const id = `rival-${wins}`;
              const head = last ? { position: last.position, id: last.id } : { position: 0, id: null };
              const event = { account: 'a', change: 1_000 };
              const headAt = last?.at ?? 0;
              inner.appendNow({ epoch: 1, head, headAt, proposed: [{ id, commandId: id, index: 0, event }] });
            }
            return own.append(intended);
          },
        };
      },
    });
    const outcomes = await Promise.all([
      nth(loops, 0).submit(deposit('0')),
      nth(loops, 0).submit({ type: 'transfer', id: '1', from: 'a', to: 'b', amount: 5_000 }),
      nth(loops, 0).submit({ type: 'transfer', id: '2', from: 'a', to: 'b', amount: 1_000 }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['accepted', 'refused', 'accepted']);
    expect(attempts.at(-1)).toBe('r0 alone: appended');
    expect(attempts).toHaveLength(2);
    expect(nth(loops, 0).reading?.revision).toBe(log.entries.length);
  });
});
