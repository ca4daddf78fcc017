import { describe, expect, it } from 'vitest';
import { beforeFirst, type Head, type Log, type Proposed } from '../log.ts';

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

  describe(`${name} as a log`, () => {
    it('is empty at first', async () => {
      const { log } = await open();
      expect(await log.read(1, 10)).toEqual([]);
    });

    it('gives positions from 1 without holes and returns what was appended', async () => {
      const { log } = await open();
      expect(await log.append(beforeFirst, [proposed(1), proposed(2, 1)])).toMatchObject({ status: 'appended' });
      expect(await log.append(headAt(2), [proposed(3)])).toMatchObject({ status: 'appended' });
      const entries = await log.read(1, 10);
      expect(entries.map(({ at: _, ...entry }) => entry)).toEqual([
        { ...proposed(1), position: 1 },
        { ...proposed(2, 1), position: 2 },
        { ...proposed(3), position: 3 },
      ]);
    });

    it('reads from a position on, so many at most, in the order of numbers', async () => {
      const { log } = await open();
      const twelve = Array.from({ length: 12 }, (_, n) => proposed(n + 1));
      await log.append(beforeFirst, twelve);
      expect((await log.read(2, 2)).map(({ position }) => position)).toEqual([2, 3]);
      expect((await log.read(8, 100)).map(({ position }) => position)).toEqual([8, 9, 10, 11, 12]);
      expect(await log.read(13, 2)).toEqual([]);
    });

    it('tells the time that it gave a batch', async () => {
      const { log } = await open();
      const outcome = await log.append(beforeFirst, [proposed(1), proposed(2)]);
      const entries = await log.read(1, 10);
      expect(outcome).toEqual({ status: 'appended', at: entries[0]?.at });
      expect(entries[1]?.at).toBe(entries[0]?.at);
      expect(Number.isInteger(entries[0]?.at)).toBe(true);
    });

    it('keeps time from running back', async () => {
      const { log, setClockBack } = await open();
      const first = await log.append(beforeFirst, [proposed(1)]);
      setClockBack?.();
      const second = await log.append(headAt(1), [proposed(2)]);
      expect(second.status === 'appended' && first.status === 'appended' && second.at >= first.at).toBe(true);
    });

    it('refuses a batch behind a head that others have passed, and keeps none of it', async () => {
      const { log } = await open();
      await log.append(beforeFirst, [proposed(1), proposed(2)]);
      expect(await log.append(headAt(1), [proposed(3), proposed(4)])).toEqual({ status: 'conflict' });
      expect(await log.append(beforeFirst, [proposed(3)])).toEqual({ status: 'conflict' });
      expect(await log.read(1, 10)).toHaveLength(2);
    });

    it('refuses a batch whose predecessor is not there: a lost tail leaves no hole', async () => {
      const { log } = await open();
      await log.append(beforeFirst, [proposed(1)]);
      expect(await log.append(headAt(7), [proposed(8)])).toEqual({ status: 'lost' });
      expect(await log.append({ position: 1, id: id(9) }, [proposed(2)])).toEqual({ status: 'lost' });
      expect(await log.read(1, 10)).toHaveLength(1);
    });

    it('refuses a batch with an event id that it has, and keeps none of it', async () => {
      const { log } = await open();
      await log.append(beforeFirst, [proposed(1), proposed(2)]);
      expect(await log.append(headAt(2), [proposed(3), proposed(1)])).toEqual({ status: 'conflict' });
      expect(await log.read(1, 10)).toHaveLength(2);
    });

    it('lets one of several writers at the same head win (F08)', async () => {
      const { log } = await open();
      const outcomes = await Promise.all([1, 2, 3, 4].map((n) => log.append(beforeFirst, [proposed(n)])));
      expect(outcomes.filter(({ status }) => status === 'appended')).toHaveLength(1);
      expect(outcomes.filter(({ status }) => status === 'lost' || status === 'conflict')).toHaveLength(3);
      expect(await log.read(1, 10)).toHaveLength(1);
    });

    it('knows its event ids', async () => {
      const { log } = await open();
      await log.append(beforeFirst, [proposed(1), proposed(2)]);
      expect(await log.known([id(2), id(3)])).toEqual(new Set([id(2)]));
      expect(await log.known([])).toEqual(new Set());
    });
  });
};
