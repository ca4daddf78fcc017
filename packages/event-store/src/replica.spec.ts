import { describe, expect, it } from 'vitest';
import { beforeFirst, type Proposed } from './log.ts';
import { RecentCommands } from './recent-commands.ts';
import { Diverged, Replica } from './replica.ts';
import { type AccountEvent, accounts, plain } from './testing/accounts.ts';
import { InMemoryLog } from './testing/in-memory-log.ts';

const deposit = (id: string): Proposed<AccountEvent> => ({
  id,
  commandId: id,
  index: 0,
  event: { account: 'a', change: 1 },
});
const memory = { recentCommands: 100, recentEntries: 100 };
const ignore = (): void => undefined;

const logOf = (...ids: readonly string[]) => {
  const log = new InMemoryLog<AccountEvent>(() => 1);
  log.appendNow({ epoch: 1, head: beforeFirst, headAt: 0, proposed: ids.map(deposit) });
  return log;
};

const replicaOf = async (log: InMemoryLog<AccountEvent>) => {
  const replica = new Replica(accounts, memory);
  await replica.catchUp(log, 2, ignore);
  return replica;
};

describe('a replica', () => {
  it('takes a log of many pages in order, and tells of each event once', async () => {
    const log = logOf('1', '2', '3', '4', '5');
    const told: number[] = [];
    const replica = new Replica(accounts, memory);
    await replica.catchUp(log, 2, (entries) => told.push(...entries.map(({ position }) => position)));
    expect(plain(replica.state)).toEqual({ balances: [['a', 5]], events: 5 });
    expect(told).toEqual([1, 2, 3, 4, 5]);
  });

  it('stays as it is when there is nothing new', async () => {
    const log = logOf('1', '2');
    const replica = await replicaOf(log);
    const { state } = replica;
    await replica.catchUp(log, 2, ignore);
    expect(replica.state).toBe(state);
  });

  it('sees that the log lost its tail', async () => {
    const log = logOf('1', '2', '3');
    const replica = await replicaOf(log);
    log.loseTail(2);
    await expect(replica.catchUp(log, 2, ignore)).rejects.toThrow(Diverged);
  });

  it('sees that the log lost its tail and others wrote another one', async () => {
    const log = logOf('1', '2', '3');
    const replica = await replicaOf(log);
    log.loseTail(2);
    log.appendNow({
      epoch: 1,
      head: { position: 2, id: '2' },
      headAt: 1,
      proposed: [deposit('other'), deposit('more')],
    });
    await expect(replica.catchUp(log, 2, ignore)).rejects.toThrow(Diverged);
  });

  it('sees that its newest event was lost and done again, though it stands where it stood', async () => {
    const log = logOf('1', '2');
    const replica = await replicaOf(log);
    log.loseTail(0);
    log.appendNow({ epoch: 1, head: beforeFirst, headAt: 0, proposed: [deposit('other'), deposit('2')] });
    await expect(replica.catchUp(log, 2, ignore)).rejects.toThrow(Diverged);
  });

  it('takes no event that leaves a hole', async () => {
    const replica = await replicaOf(logOf('1'));
    expect(() => replica.evolve([{ ...deposit('3'), position: 3, at: 1 }])).toThrow(Diverged);
  });
});

describe('the epoch of a replica', () => {
  it('is that of the log, also when it rises and nothing of this replica was lost', async () => {
    const log = logOf('1', '2');
    const replica = await replicaOf(log);
    expect(replica.epoch).toBe(1);
    await log.raiseEpoch(1);
    await replica.catchUp(log, 2, ignore);
    expect(replica.epoch).toBe(2);
  });

  it('never falls: a log that is back in an earlier one has lost something', async () => {
    const log = logOf('1', '2');
    await log.raiseEpoch(1);
    const replica = await replicaOf(log);
    log.loseTail(2, 1);
    await expect(replica.catchUp(log, 2, ignore)).rejects.toThrow(Diverged);
  });
});

describe('a snapshot', () => {
  it('and the entries behind it are the log, wherever it was taken (F32)', async () => {
    const log = logOf('1', '2', '3', '4', '5');
    const whole = await replicaOf(log);
    for (let length = 1; length <= 5; length++) {
      const early = new Replica(accounts, memory);
      early.take({ epoch: 1, entries: log.entries.slice(0, length) });
      const later = new Replica(accounts, memory, early.snapshot());
      await later.catchUp(log, 2, ignore);
      expect(plain(later.state)).toEqual(plain(whole.state));
      expect([later.head, later.at, later.epoch]).toEqual([whole.head, whole.at, whole.epoch]);
      expect(later.recent.positionOf('1')).toBe(1);
    }
  });

  it('is not of a log that has another event at its head', async () => {
    const snapshot = (await replicaOf(logOf('1', '2'))).snapshot();
    const other = new Replica(accounts, memory, snapshot);
    await expect(other.catchUp(logOf('1', 'x', '3'), 2, ignore)).rejects.toThrow(Diverged);
  });
});

describe('recent commands', () => {
  it('are forgotten oldest first, and never more than so many', () => {
    const recent = new RecentCommands(2, [['before', 0]]);
    recent.remember('a', 1);
    recent.remember('b', 2);
    recent.remember('a', 3);
    recent.remember('c', 4);
    expect(['a', 'b', 'c'].map((id) => recent.positionOf(id))).toEqual([3, undefined, 4]);
  });
});
