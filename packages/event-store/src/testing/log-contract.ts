import { describe, expect, it } from 'vitest';
import { type Appended, beforeFirst, type Head, type Log, type Page, type Proposed, type Recorded } from '../log.ts';

/** How a spec makes an empty log, and events and ids of its kind. `n` tells them apart. */
export interface LogUnderTest<Event> {
  open(): Promise<{ readonly log: Log<Event>; setClockBack?(): void }>;
  event(n: number): Event;
  id(n: number): string;
}

/** What every {@link Log} promises, as specs. */
export const describeLog = <Event>(name: string, { open, event, id }: LogUnderTest<Event>): void => {
  const proposed = (n: number, index = 0): Proposed<Event> => ({
    id: id(n),
    commandId: id(n - index),
    index,
    event: event(n),
  });
  const headAt = (position: number): Head => ({ position, id: id(position) });
  const timeAt = async (log: Log<Event>, { position }: Head): Promise<number> =>
    position === 0 ? 0 : ((await entriesOf(log, position, 1))[0]?.at ?? 0);
  const append = async (
    log: Log<Event>,
    head: Head,
    proposed: readonly Proposed<Event>[],
    epoch = 1,
  ): Promise<Appended> => log.append({ epoch, head, headAt: await timeAt(log, head), proposed });
  const entriesOf = async (log: Log<Event>, from: number, limit: number): Promise<readonly Recorded<Event>[]> =>
    (await log.read(from, limit)).entries;

  describe(`${name} as a log`, () => {
    it('is empty at first', async () => {
      const { log } = await open();
      expect(await entriesOf(log, 1, 10)).toEqual([]);
    });

    it('gives positions from 1 without holes and returns what was appended', async () => {
      const { log } = await open();
      expect(await append(log, beforeFirst, [proposed(1), proposed(2, 1)])).toMatchObject({ status: 'appended' });
      expect(await append(log, headAt(2), [proposed(3)])).toMatchObject({ status: 'appended' });
      const entries = await entriesOf(log, 1, 10);
      expect(entries.map(({ at: _, ...entry }) => entry)).toEqual([
        { ...proposed(1), position: 1 },
        { ...proposed(2, 1), position: 2 },
        { ...proposed(3), position: 3 },
      ]);
    });

    it('reads from a position on, so many at most, in the order of numbers', async () => {
      const { log } = await open();
      const twelve = Array.from({ length: 12 }, (_, n) => proposed(n + 1));
      await append(log, beforeFirst, twelve);
      expect((await entriesOf(log, 2, 2)).map(({ position }) => position)).toEqual([2, 3]);
      expect((await entriesOf(log, 8, 100)).map(({ position }) => position)).toEqual([8, 9, 10, 11, 12]);
      expect(await entriesOf(log, 13, 2)).toEqual([]);
    });

    it('tells the time that it gave a batch', async () => {
      const { log } = await open();
      const outcome = await append(log, beforeFirst, [proposed(1), proposed(2)]);
      const entries = await entriesOf(log, 1, 10);
      expect(outcome).toEqual({ status: 'appended', at: entries[0]?.at });
      expect(entries[1]?.at).toBe(entries[0]?.at);
      expect(Number.isInteger(entries[0]?.at)).toBe(true);
    });

    it('keeps time from running back', async () => {
      const { log, setClockBack } = await open();
      const first = await append(log, beforeFirst, [proposed(1)]);
      setClockBack?.();
      const second = await append(log, headAt(1), [proposed(2)]);
      expect(second.status === 'appended' && first.status === 'appended' && second.at >= first.at).toBe(true);
    });

    it('refuses a batch behind a head that others have passed, and keeps none of it', async () => {
      const { log } = await open();
      await append(log, beforeFirst, [proposed(1), proposed(2)]);
      expect(await append(log, headAt(1), [proposed(3), proposed(4)])).toEqual({ status: 'conflict' });
      expect(await append(log, beforeFirst, [proposed(3)])).toEqual({ status: 'conflict' });
      expect(await entriesOf(log, 1, 10)).toHaveLength(2);
    });

    it('refuses a batch whose predecessor is not there: a lost tail leaves no hole', async () => {
      const { log } = await open();
      await append(log, beforeFirst, [proposed(1)]);
      expect(await append(log, headAt(7), [proposed(8)])).toEqual({ status: 'lost' });
      expect(await append(log, { position: 1, id: id(9) }, [proposed(2)])).toEqual({ status: 'lost' });
      expect(await entriesOf(log, 1, 10)).toHaveLength(1);
    });

    it('refuses a batch whose predecessor is there again, but of another time: behind it may be another history', async () => {
      const { log } = await open();
      await append(log, beforeFirst, [proposed(1)]);
      const at = await timeAt(log, headAt(1));
      const intended = { epoch: 1, head: headAt(1), proposed: [proposed(2)] };
      expect(await log.append({ ...intended, headAt: at - 1 })).toEqual({ status: 'lost' });
      expect(await log.append({ ...intended, headAt: at })).toMatchObject({ status: 'appended' });
    });

    it('refuses a batch with an event id that it has, and keeps none of it', async () => {
      const { log } = await open();
      await append(log, beforeFirst, [proposed(1), proposed(2)]);
      expect(await append(log, headAt(2), [proposed(3), proposed(1)])).toEqual({ status: 'conflict' });
      expect(await entriesOf(log, 1, 10)).toHaveLength(2);
    });

    it('lets one of several writers at the same head win (F08)', async () => {
      const { log } = await open();
      const outcomes = await Promise.all([1, 2, 3, 4].map((n) => append(log, beforeFirst, [proposed(n)])));
      expect(outcomes.filter(({ status }) => status === 'appended')).toHaveLength(1);
      expect(outcomes.filter(({ status }) => status === 'lost' || status === 'conflict')).toHaveLength(3);
      expect(await entriesOf(log, 1, 10)).toHaveLength(1);
    });

    it('is in the first epoch until it is raised, and raised once however many ask for it', async () => {
      const { log } = await open();
      expect(await log.read(1, 10)).toEqual({ epoch: 1, entries: [] });
      expect(await Promise.all([log.raiseEpoch(1), log.raiseEpoch(1), log.raiseEpoch(1)])).toEqual([2, 2, 2]);
      expect((await log.read(1, 10)).epoch).toBe(2);
      expect(await log.raiseEpoch(1)).toBe(2);
      expect(await log.raiseEpoch(4)).toBe(5);
    });

    it('takes nothing for another epoch than it is in (F10)', async () => {
      const { log } = await open();
      await append(log, beforeFirst, [proposed(1)]);
      await log.raiseEpoch(1);
      expect(await append(log, headAt(1), [proposed(2)], 1)).toEqual({ status: 'lost' });
      expect(await append(log, headAt(1), [proposed(2)], 3)).toEqual({ status: 'lost' });
      expect(await append(log, headAt(1), [proposed(2)], 2)).toMatchObject({ status: 'appended' });
    });

    it('shows a writer who is alone what is new, and appends what it decides upon that', async () => {
      const { log } = await open();
      await append(log, beforeFirst, [proposed(1), proposed(2)]);
      const seen: Page<Event>[] = [];
      const outcome = await log.appendAlone(2, 10, (page) => {
        seen.push(page);
        return { epoch: page.epoch, head: headAt(2), headAt: page.entries[0]?.at ?? 0, proposed: [proposed(3)] };
      });
      expect(outcome).toMatchObject({ status: 'appended' });
      expect(seen.map(({ epoch, entries }) => [epoch, entries.map(({ position }) => position)])).toEqual([[1, [2]]]);
      expect(await entriesOf(log, 1, 10)).toHaveLength(3);
    });

    it('keeps nothing of a writer who was alone and decides nothing, or for another head or epoch', async () => {
      const { log } = await open();
      await append(log, beforeFirst, [proposed(1)]);
      expect(await log.appendAlone(1, 10, () => undefined)).toBeUndefined();
      const misplaced = { epoch: 1, head: beforeFirst, headAt: 0, proposed: [proposed(2)] };
      expect(await log.appendAlone(1, 10, () => misplaced)).toEqual({ status: 'conflict' });
      const outdated = { epoch: 2, head: headAt(1), headAt: await timeAt(log, headAt(1)), proposed: [proposed(2)] };
      expect(await log.appendAlone(1, 10, () => outdated)).toEqual({ status: 'lost' });
      const failed = log.appendAlone(1, 10, () => {
        throw new Error('a defect');
      });
      await expect(failed).rejects.toThrow('a defect');
      expect(await append(log, headAt(1), [proposed(2)])).toMatchObject({ status: 'appended' });
    });

    it('knows its event ids', async () => {
      const { log } = await open();
      await append(log, beforeFirst, [proposed(1), proposed(2)]);
      expect(await log.known([id(2), id(3)])).toEqual(new Set([id(2)]));
      expect(await log.known([])).toEqual(new Set());
    });
  });
};
