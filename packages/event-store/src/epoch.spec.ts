import { describe, expect, it } from 'vitest';
import type { Snapshot } from './snapshot.ts';
import { type AccountEvent, type Accounts, plain } from './testing/accounts.ts';
import { InMemoryLog } from './testing/in-memory-log.ts';
import { deposit, nth, startReplicas } from './testing/replicas.ts';
import { sleep } from './timing.ts';

describe('replicas whose log has lost its tail', () => {
  it('begin a new epoch, once however many notice, and go on upon what is left (F10)', async () => {
    const { loops, timing, log, loaded } = await startReplicas({ count: 3 });
    for (const id of ['1', '2', '3']) await nth(loops, 0).submit(deposit(id));
    await sleep(timing, 300);
    log.loseTail(1);
    await sleep(timing, 600);
    expect(log.epoch).toBe(2);
    expect(loops.map(({ health }) => health)).toEqual(['serving', 'serving', 'serving']);
    expect(loops.map(({ reading }) => [reading?.epoch, reading?.revision])).toEqual(Array(3).fill([2, 1]));
    expect(loaded).toEqual([2, 2, 2]);
    expect(await nth(loops, 1).submit(deposit('4'))).toEqual({ status: 'accepted', revision: 2, epoch: 2 });
    await sleep(timing, 10);
    for (const { reading } of loops) expect(reading && plain(reading.state)).toMatchObject({ balances: [['a', 2]] });
  });

  it('do again what was lost with it, if they are asked to', async () => {
    const { loops, log } = await startReplicas({ count: 1 });
    await nth(loops, 0).submit(deposit('1'));
    await nth(loops, 0).submit(deposit('2'));
    log.loseTail(1);
    expect(await nth(loops, 0).submit(deposit('3'))).toEqual({ status: 'accepted', revision: 2, epoch: 2 });
    expect(await nth(loops, 0).submit(deposit('2'))).toEqual({ status: 'accepted', revision: 3, epoch: 2 });
    expect(log.entries.map(({ commandId }) => commandId)).toEqual(['1', '3', '2']);
  });

  it('answer nothing from what was lost', async () => {
    const { loops, log, timing } = await startReplicas({
      count: 1,
      through: (inner, _, virtual) => ({
        append: (intended) => inner.append(intended),
        appendAlone: (from, limit, decide) => inner.appendAlone(from, limit, decide),
        known: (ids) => inner.known(ids),
        read: (from, limit) => inner.read(from, limit),
        raiseEpoch: async (above) => {
          await sleep(virtual, 1_000);
          return inner.raiseEpoch(above);
        },
      }),
    });
    await nth(loops, 0).submit(deposit('1'));
    log.loseTail(0);
    await sleep(timing, 400);
    expect(nth(loops, 0).health).toBe('diverged');
    expect(nth(loops, 0).reading).toBeUndefined();
    expect(await nth(loops, 0).submit(deposit('2'))).toEqual({ status: 'unavailable' });
    await sleep(timing, 1_000);
    expect(nth(loops, 0).reading).toMatchObject({ revision: 0, epoch: 2 });
  });

  it('go on without loading when they had nothing of what was lost, and append nothing for the old epoch', async () => {
    const { loops, log, timing, bus, loaded } = await startReplicas({ count: 2 });
    await nth(loops, 0).submit(deposit('1'));
    await sleep(timing, 5);
    bus.pause('r1');
    await nth(loops, 0).submit(deposit('2'));
    log.loseTail(1);
    // The other one has noticed and begun a new epoch; this one knows nothing of that, and has its head.
    await log.raiseEpoch(1);
    const outcome = await nth(loops, 1).submit(deposit('3'));
    expect(outcome).toEqual({ status: 'accepted', revision: 2, epoch: 2 });
    expect(loaded[1]).toBe(1);
    expect(log.entries.map(({ commandId }) => commandId)).toEqual(['1', '3']);
  });

  it('learn of the new epoch from whoever began it', async () => {
    const { loops, log, timing } = await startReplicas({ count: 2, hazards: ['none', 'lost'] });
    await nth(loops, 0).submit(deposit('1'));
    await sleep(timing, 100);
    await nth(loops, 0).submit(deposit('2'));
    log.loseTail(1);
    await nth(loops, 0).submit(deposit('3'));
    await sleep(timing, 5);
    expect(nth(loops, 1).reading).toMatchObject({ epoch: 2, revision: 2 });
  });

  it('take no news that follow on by their position alone: what was lost may have been done again behind others', async () => {
    const { loops, log, timing, bus } = await startReplicas({ count: 2 });
    await nth(loops, 0).submit(deposit('1'));
    await sleep(timing, 5);
    log.loseTail(0);
    // Somebody else writes where the first one was, and nobody has noticed yet.
    const other = { id: 'other/0', commandId: 'other', index: 0, event: { account: 'b', change: 5 } };
    log.appendNow({ epoch: 1, head: { position: 0, id: null }, headAt: 0, proposed: [other] });
    const [first] = log.entries;
    const again = { ...other, id: '2/0', commandId: '2' };
    log.appendNow({ epoch: 1, head: { position: 1, id: 'other/0' }, headAt: first?.at ?? 0, proposed: [again] });
    const after = { position: 1, id: 'other/0', at: first?.at ?? 0 };
    bus.join('r2').poke({ by: 'r2', leads: true, epoch: 1, position: 2, after, entries: log.entries.slice(1) });
    await sleep(timing, 600);
    expect(loops.map(({ reading }) => [reading?.epoch, reading?.revision])).toEqual(Array(2).fill([2, 2]));
  });

  it('never use an epoch twice, even if the log has lost that it was begun', async () => {
    const { loops, log, timing } = await startReplicas({ count: 2 });
    await nth(loops, 0).submit(deposit('1'));
    await sleep(timing, 300);
    log.loseTail(0);
    await sleep(timing, 600);
    expect(await nth(loops, 0).submit(deposit('2'))).toMatchObject({ epoch: 2 });
    log.loseTail(0, 1);
    await sleep(timing, 600);
    expect(loops.map(({ reading }) => [reading?.epoch, reading?.revision])).toEqual(Array(2).fill([3, 0]));
  });
});

describe('a start from a snapshot', () => {
  const taken = async (): Promise<{ snapshot: Snapshot<Accounts>; ids: readonly string[] }> => {
    let snapshot: Snapshot<Accounts> | undefined;
    const ids = ['1', '2', '3'];
    const { loops } = await startReplicas({
      count: 1,
      limits: { snapshotEvery: 2 },
      snapshots: {
        newest: async () => undefined,
        keep: async (newest) => {
          snapshot = newest;
        },
      },
    });
    for (const id of ids) await nth(loops, 0).submit(deposit(id));
    return { snapshot: snapshot ?? expect.fail('none was kept'), ids };
  };
  /** A replica of a log with these commands, that is given a snapshot. */
  const startedWith = async (ids: readonly string[], newest: () => Promise<Snapshot<Accounts>>) => {
    const reads: number[] = [];
    const replicas = await startReplicas({
      count: 1,
      snapshots: { newest, keep: async () => undefined },
      through: (inner) => {
        const proposed = ids.map((id) => ({
          id: `${id}/0`,
          commandId: id,
          index: 0,
          event: { account: 'a', change: 1 },
        }));
        inner.appendNow({ epoch: 1, head: { position: 0, id: null }, headAt: 0, proposed });
        return {
          append: (intended) => inner.append(intended),
          appendAlone: (from, limit, decide) => inner.appendAlone(from, limit, decide),
          known: (eventIds) => inner.known(eventIds),
          raiseEpoch: (above) => inner.raiseEpoch(above),
          read: (from, limit) => {
            reads.push(from);
            return inner.read(from, limit);
          },
        };
      },
    });
    return { ...replicas, reads, loop: nth(replicas.loops, 0) };
  };
  const whole = (count: number) => ({ balances: [['a', count]], events: count });

  it('reads only what comes behind it, and knows the commands before', async () => {
    const { snapshot, ids } = await taken();
    expect(snapshot.head.position).toBe(2);
    const { loop, reads } = await startedWith(ids, async () => snapshot);
    expect(reads).toEqual([2]);
    expect(plain(loop.reading?.state ?? expect.fail())).toEqual(whole(3));
    expect(await loop.submit(deposit('1'))).toEqual({ status: 'accepted', revision: 1, epoch: 1 });
  });

  it('reads everything when the snapshot cannot be read (F32)', async () => {
    const { loop, reports } = await startedWith(['1', '2', '3'], () => Promise.reject(new Error('a wrong checksum')));
    expect(plain(loop.reading?.state ?? expect.fail())).toEqual(whole(3));
    expect(reports.join()).toContain('a wrong checksum');
  });

  it('reads everything when the snapshot is of what the log has no longer, in a new epoch', async () => {
    const { snapshot } = await taken();
    const { loop, reads } = await startedWith(['1'], async () => snapshot);
    expect(reads).toEqual([2, 1]);
    expect(plain(loop.reading?.state ?? expect.fail())).toEqual(whole(1));
    expect(loop.reading?.epoch).toBe(2);
  });

  it('is kept for the next one if it had to read much', async () => {
    const kept: number[] = [];
    const keep = async ({ head }: Snapshot<Accounts>) => void kept.push(head.position);
    const log = new InMemoryLog<AccountEvent>(() => 0);
    const proposed = ['1', '2'].map((id) => ({
      id: `${id}/0`,
      commandId: id,
      index: 0,
      event: { account: 'a', change: 1 },
    }));
    log.appendNow({ epoch: 1, head: { position: 0, id: null }, headAt: 0, proposed });
    const setting = { count: 1, snapshots: { newest: async () => undefined, keep }, through: () => log };
    await startReplicas({ ...setting, limits: { snapshotEvery: 3 } });
    expect(kept).toEqual([]);
    await startReplicas({ ...setting, limits: { snapshotEvery: 2 } });
    expect(kept).toEqual([2]);
  });

  it('survives a place for snapshots that takes none', async () => {
    const { loops, reports, timing } = await startReplicas({
      count: 1,
      limits: { snapshotEvery: 1 },
      snapshots: { newest: async () => undefined, keep: () => Promise.reject(new Error('a full disk')) },
    });
    expect(await nth(loops, 0).submit(deposit('1'))).toMatchObject({ status: 'accepted' });
    await sleep(timing, 1);
    expect(reports.join()).toContain('a full disk');
  });
});

describe('waiting for a revision', () => {
  it('is over as soon as the replica has it, in the present epoch or the one that is named', async () => {
    const { loops, timing } = await startReplicas({ count: 2 });
    const waiting = [nth(loops, 1).reached(1, undefined, 1_000), nth(loops, 1).reached(1, 1, 1_000)];
    const began = timing.elapsed();
    await nth(loops, 0).submit(deposit('1'));
    expect(await Promise.all(waiting)).toEqual(['reached', 'reached']);
    expect(timing.elapsed() - began).toBeLessThan(10);
    expect(nth(loops, 1).reading?.revision).toBe(1);
    expect(await nth(loops, 1).reached(1, 1, 0)).toBe('reached');
  });

  it('asks the log at once for what nobody told', async () => {
    const { loops, timing, bus } = await startReplicas({ count: 2 });
    bus.breakDown();
    await nth(loops, 0).submit(deposit('1'));
    const began = timing.elapsed();
    expect(await nth(loops, 1).reached(1, 1, 1_000)).toBe('reached');
    expect(timing.elapsed() - began).toBeLessThan(10);
  });

  it('takes no longer than it may', async () => {
    const { loops, timing } = await startReplicas({ count: 1 });
    const began = timing.elapsed();
    expect(await nth(loops, 0).reached(1, undefined, 100)).toBe('timeout');
    expect(timing.elapsed() - began).toBe(100);
  });

  it('is in vain for a position of another epoch: at once for an earlier one, in time for one that may yet come', async () => {
    const { loops, timing, log } = await startReplicas({ count: 1 });
    expect(await nth(loops, 0).reached(1, 7, 100)).toBe('unknown_epoch');
    const next = nth(loops, 0).reached(0, 2, 1_000);
    await log.raiseEpoch(1);
    expect(await next).toBe('reached');
    const began = timing.elapsed();
    expect(await nth(loops, 0).reached(1, 1, 1_000)).toBe('unknown_epoch');
    expect(timing.elapsed()).toBe(began);
  });
});
