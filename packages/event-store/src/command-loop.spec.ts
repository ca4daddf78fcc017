import { describe, expect, it } from 'vitest';
import { CommandLoop } from './command-loop.ts';
import { type Appended, beforeFirst, type Intended, type Log, type Proposed } from './log.ts';
import type { LoopLimits } from './loop-options.ts';
import { type AccountCommand, type AccountEvent, accountEventId, accounts } from './testing/accounts.ts';
import { type Fault, FaultyLog } from './testing/faulty-log.ts';
import { InMemoryLog } from './testing/in-memory-log.ts';
import { VirtualTiming } from './testing/virtual-timing.ts';
import { sleep, type Timing } from './timing.ts';

const deposit = (id: string, more: { amount?: number; until?: number } = {}): AccountCommand => ({
  type: 'deposit',
  id,
  account: 'a',
  amount: 1,
  ...more,
});
const overdraw = (id: string): AccountCommand => ({ type: 'transfer', id, from: 'a', to: 'b', amount: 1_000 });

interface Setting {
  readonly appends?: readonly Fault[];
  readonly failingReads?: readonly boolean[];
  readonly limits?: Partial<LoopLimits>;
  readonly intercept?: (batch: readonly Proposed<AccountEvent>[], timing: Timing) => Promise<Appended> | undefined;
}

const running = async ({ appends = [], failingReads = [], limits = {}, intercept }: Setting = {}) => {
  const timing = new VirtualTiming();
  const inner = new InMemoryLog<AccountEvent>(() => timing.now());
  let rivals = 0;
  const rival = (): Proposed<AccountEvent> => {
    const id = `rival-${++rivals}`;
    return { id, commandId: id, index: 0, event: { account: 'r', change: 1 } };
  };
  // The first read is the one at the start.
  const faulty = new FaultyLog(inner, { appends, failingReads: [false, ...failingReads] }, rival);
  const log: Log<AccountEvent> = {
    append: (intended: Intended<AccountEvent>) => intercept?.(intended.proposed, timing) ?? faulty.append(intended),
    appendAlone: (from, limit, decide) => faulty.appendAlone(from, limit, decide),
    read: (from, limit) => faulty.read(from, limit),
    known: (ids) => faulty.known(ids),
    raiseEpoch: (above) => faulty.raiseEpoch(above),
  };
  const reports: string[] = [];
  const recorded: number[] = [];
  const loop = new CommandLoop({
    decider: accounts,
    log,
    timing,
    eventIdOf: accountEventId,
    recorded: (entries) => recorded.push(...entries.map(({ position }) => position)),
    report: (error, doing) => reports.push(`${doing}: ${error}`),
    limits,
  });
  await loop.start();
  return { loop, inner, faulty, timing, reports, recorded };
};

/** As another replica would, on an empty log. */
const appendOther = (inner: InMemoryLog<AccountEvent>, first: Proposed<AccountEvent>) =>
  inner.appendNow({ epoch: 1, head: beforeFirst, headAt: 0, proposed: [first] });
const commandIds = (log: InMemoryLog<AccountEvent>) => log.entries.map(({ commandId }) => commandId);

describe('the command loop', () => {
  it('appends what waits as one batch', async () => {
    const batches: number[] = [];
    const { loop } = await running({
      intercept: (batch) => {
        batches.push(batch.length);
        return undefined;
      },
    });
    const outcomes = await Promise.all(Array.from({ length: 600 }, (_, n) => loop.submit(deposit(`${n}`))));
    expect(outcomes.every(({ status }) => status === 'accepted')).toBe(true);
    expect(batches).toEqual([512, 88]);
  });

  it('answers nothing, refusals included, before the commit', async () => {
    const happened: string[] = [];
    const { loop } = await running({
      intercept: async (_, timing) => {
        await sleep(timing, 50);
        happened.push(`committed, ${loop.reading?.revision} visible`);
        return { status: 'appended', at: 7 };
      },
    });
    const answered = [deposit('1'), overdraw('2')].map(async (command) => {
      const { status } = await loop.submit(command);
      happened.push(`${status}, ${loop.reading?.revision} visible`);
    });
    await Promise.all(answered);
    expect(happened).toEqual(['committed, 0 visible', 'accepted, 1 visible', 'refused, 1 visible']);
  });

  it('answers with the revision that the command was decided upon or wrote', async () => {
    const { loop } = await running();
    const outcomes = await Promise.all([
      loop.submit(deposit('1')),
      loop.submit(overdraw('2')),
      loop.submit({ type: 'ensureOpen', id: '3', account: 'a' }),
      loop.submit(deposit('4')),
    ]);
    expect(outcomes).toEqual([
      { status: 'accepted', revision: 1, epoch: 1 },
      { status: 'refused', refusal: { refused: 'insufficient' }, revision: 1, epoch: 1 },
      { status: 'accepted', revision: 1, epoch: 1 },
      { status: 'accepted', revision: 2, epoch: 1 },
    ]);
  });

  it('does a command once, however often it is submitted', async () => {
    const { loop, inner } = await running();
    const both = await Promise.all([loop.submit(deposit('1')), loop.submit(deposit('1'))]);
    await loop.submit(deposit('2'));
    expect([...both, await loop.submit(deposit('1'))]).toEqual(
      Array(3).fill({ status: 'accepted', revision: 1, epoch: 1 }),
    );
    expect(commandIds(inner)).toEqual(['1', '2']);
  });

  it('recognizes a command that it has long forgotten, and does those beside it', async () => {
    const { loop, inner } = await running({ limits: { recentCommands: 1 } });
    await loop.submit(deposit('old'));
    await loop.submit(deposit('new'));
    const outcomes = await Promise.all([loop.submit(deposit('old')), loop.submit(deposit('beside'))]);
    expect(outcomes.map(({ status }) => status)).toEqual(['accepted', 'accepted']);
    expect(commandIds(inner)).toEqual(['old', 'new', 'beside']);
  });

  it('recognizes its own commands among more than it can remember', async () => {
    const { loop } = await running({ appends: ['none', 'cut after'], limits: { recentCommands: 1 } });
    await loop.submit(deposit('1'));
    const spend: AccountCommand = { type: 'transfer', id: '2', from: 'a', to: 'b', amount: 1 };
    const outcomes = await Promise.all([
      loop.submit(spend),
      loop.submit({ type: 'deposit', id: '3', account: 'c', amount: 1 }),
    ]);
    expect(outcomes).toEqual([
      { status: 'accepted', revision: 3, epoch: 1 },
      { status: 'accepted', revision: 4, epoch: 1 },
    ]);
  });

  it.each<Fault>(['cut after', 'cut before', 'zombie', 'silence', 'rival', 'busy'])(
    'has a command in the log once after the fault "%s"',
    async (fault) => {
      const { loop, inner, faulty } = await running({ appends: [fault] });
      expect(await loop.submit(deposit('1'))).toMatchObject({ status: 'accepted' });
      faulty.raiseAll();
      expect(commandIds(inner).filter((id) => id === '1')).toEqual(['1']);
    },
  );

  it('decides anew upon what another replica wrote first (F08)', async () => {
    const { loop, inner } = await running({ appends: ['rival'] });
    expect(await loop.submit(deposit('1'))).toEqual({ status: 'accepted', revision: 2, epoch: 1 });
    expect(commandIds(inner)).toEqual(['rival-1', '1']);
  });

  it('refuses nothing upon a state older than the command: what another replica answered counts (F08)', async () => {
    const { loop, inner, timing } = await running();
    await sleep(timing, 100);
    appendOther(inner, { id: 'other', commandId: 'other', index: 0, event: { account: 'a', change: 1_000 } });
    expect(await loop.submit(overdraw('1'))).toMatchObject({ status: 'accepted' });
    expect(await loop.submit(overdraw('2'))).toMatchObject({ status: 'refused' });
  });

  it('never refuses a command that an append without an answer may still bring about (F07)', async () => {
    // At its first attempt the command is in time; at the second, two seconds later, it would be refused as too late.
    const { loop, inner, faulty, timing } = await running({ appends: ['silence'] });
    const outcome = await loop.submit(deposit('1', { until: timing.now() + 1_000 }));
    faulty.raiseAll();
    expect(outcome).toEqual({ status: 'accepted', revision: 1, epoch: 1 });
    expect(commandIds(inner)).toEqual(['1']);
  });

  it('tells callers that it has no decision while the log cannot be reached, and still does it once', async () => {
    const { loop, inner } = await running({
      appends: Array(8).fill('cut before'),
      failingReads: Array(16).fill(true),
      limits: { patienceMs: 1_000 },
    });
    expect(await loop.submit(deposit('1'))).toEqual({ status: 'unavailable' });
    expect(loop.health).toBe('unreachable');
    let outcome = await loop.submit(deposit('1'));
    while (outcome.status === 'unavailable') outcome = await loop.submit(deposit('1'));
    expect(outcome).toEqual({ status: 'accepted', revision: 1, epoch: 1 });
    expect(loop.health).toBe('serving');
    expect(commandIds(inner)).toEqual(['1']);
  });

  it('tells callers that it has no decision while the log can be read but not written', async () => {
    const { loop, timing } = await running({
      appends: Array(1_000).fill('cut before'),
      limits: { patienceMs: 1_000 },
    });
    const began = timing.elapsed();
    expect(await loop.submit(deposit('1'))).toEqual({ status: 'unavailable' });
    expect(timing.elapsed() - began).toBeLessThan(2_000);
  });

  it('gives no reading that is too old', async () => {
    const { loop, timing } = await running({ failingReads: Array(10).fill(true) });
    expect(loop.reading?.revision).toBe(0);
    await sleep(timing, 1_500);
    expect(loop.reading).toBeUndefined();
    await sleep(timing, 10_000);
    expect(loop.reading?.revision).toBe(0);
  });

  it('is waited for where the process had no time for a while, and not at all where the log does not answer', async () => {
    const busy = await running();
    busy.timing.stall(1_500);
    expect(busy.loop.reading).toBeUndefined();
    await busy.loop.inContact(500);
    expect(busy.loop.reading?.revision).toBe(0);

    const alone = await running({ failingReads: Array(100).fill(true) });
    await sleep(alone.timing, 1_500);
    const began = alone.timing.elapsed();
    await alone.loop.inContact(500);
    expect([alone.loop.reading, alone.timing.elapsed() - began]).toEqual([undefined, 0]);
  });

  it('is not fooled about the age of its state by a wall clock that is set back', async () => {
    const { loop, timing } = await running({ failingReads: Array(10).fill(true) });
    timing.skew(-3_600_000);
    await sleep(timing, 1_500);
    expect(loop.reading).toBeUndefined();
  });

  it('sees within the idle poll what another replica appended', async () => {
    const { loop, inner, timing, recorded } = await running();
    appendOther(inner, { id: 'other', commandId: 'other', index: 0, event: { account: 'o', change: 1 } });
    await sleep(timing, 300);
    expect(loop.reading?.revision).toBe(1);
    expect(recorded).toEqual([1]);
  });

  it('finds the command whose events the log cannot take, and does the others', async () => {
    const { loop, inner } = await running({
      intercept: (batch) =>
        batch.some(({ commandId }) => commandId === 'poison')
          ? Promise.resolve({ status: 'rejected', cause: 'no such text' })
          : undefined,
    });
    const outcomes = await Promise.all(
      [deposit('1'), deposit('poison'), overdraw('2'), deposit('3')].map((command) => loop.submit(command)),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(['accepted', 'failed', 'refused', 'accepted']);
    expect(commandIds(inner)).toEqual(['1', '3']);
  });

  it('outlives a decision that throws', async () => {
    const { loop } = await running();
    const outcomes = await Promise.all([loop.submit({ type: 'crash', id: '1' }), loop.submit(deposit('2'))]);
    expect(outcomes.map(({ status }) => status)).toEqual(['failed', 'accepted']);
  });

  it('turns commands away when too many wait', async () => {
    const { loop } = await running({ limits: { waitingCapacity: 2 } });
    const outcomes = await Promise.all(['1', '2', '3'].map((id) => loop.submit(deposit(id))));
    expect(outcomes.map(({ status }) => status)).toEqual(['accepted', 'accepted', 'overloaded']);
  });

  it('finishes what it took before it stops, and takes nothing more', async () => {
    const { loop } = await running({ appends: ['cut before', 'busy'] });
    const taken = loop.submit(deposit('1'));
    const stopped = loop.stop();
    expect(await loop.submit(deposit('2'))).toEqual({ status: 'unavailable' });
    await stopped;
    expect(await taken).toEqual({ status: 'accepted', revision: 1, epoch: 1 });
    expect(loop.health).toBe('stopped');
  });

  it('starts from what is in the log, and knows its commands', async () => {
    const { loop, inner } = await running();
    await loop.submit(deposit('1'));
    const log = new FaultyLog(inner, {}, () => ({
      id: '',
      commandId: '',
      index: 0,
      event: { account: '', change: 0 },
    }));
    const again = new CommandLoop({
      decider: accounts,
      log,
      timing: new VirtualTiming(),
      eventIdOf: accountEventId,
      report: () => undefined,
    });
    await again.start();
    expect(again.reading?.revision).toBe(1);
    expect(await again.submit(deposit('1'))).toEqual({ status: 'accepted', revision: 1, epoch: 1 });
    expect(inner.entries).toHaveLength(1);
  });
});
