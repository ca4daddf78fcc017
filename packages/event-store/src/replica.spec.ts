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
const ignore = (): void => undefined;

const logOf = (...ids: readonly string[]) => {
  const log = new InMemoryLog<AccountEvent>(() => 1);
  log.appendNow(beforeFirst, ids.map(deposit));
  return log;
};

const replicaOf = async (log: InMemoryLog<AccountEvent>) => {
  const replica = new Replica(accounts, new RecentCommands(100), 100);
  await replica.catchUp(log, 2, ignore);
  return replica;
};

describe('a replica', () => {
  it('takes a log of many pages in order, and tells of each event once', async () => {
    const log = logOf('1', '2', '3', '4', '5');
    const told: number[] = [];
    const replica = new Replica(accounts, new RecentCommands(100), 100);
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
    log.appendNow({ position: 2, id: '2' }, [deposit('other'), deposit('more')]);
    await expect(replica.catchUp(log, 2, ignore)).rejects.toThrow(Diverged);
  });

  it('takes no event that leaves a hole', async () => {
    const replica = await replicaOf(logOf('1'));
    expect(() => replica.evolve([{ ...deposit('3'), position: 3, at: 1 }])).toThrow(Diverged);
  });
});

describe('recent commands', () => {
  it('are forgotten oldest first, and never more than so many', () => {
    const recent = new RecentCommands(2);
    recent.remember('a', 1);
    recent.remember('b', 2);
    recent.remember('a', 3);
    recent.remember('c', 4);
    expect(['a', 'b', 'c'].map((id) => recent.positionOf(id))).toEqual([3, undefined, 4]);
  });
});
