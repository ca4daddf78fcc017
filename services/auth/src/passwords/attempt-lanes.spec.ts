import { describe, expect, it } from 'vitest';
import { AttemptLanes } from './attempt-lanes.ts';

const gate = () => {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
};

describe('lanes', () => {
  it('let four attempts of one key run at once, and those of another beside them', async () => {
    const lanes = new AttemptLanes();
    const { opened, open } = gate();
    let running = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++running);
      await opened;
      running--;
      return 'done';
    };
    const all = Array.from({ length: 20 }, () => lanes.run('one', work));
    const other = lanes.run('other', async () => 'not kept waiting');
    expect(await other).toBe('not kept waiting');
    open();
    expect(new Set(await Promise.all(all))).toEqual(new Set(['done']));
    expect(most).toBe(4);
  });

  it('turn away what would wait too long', async () => {
    const lanes = new AttemptLanes();
    const { opened, open } = gate();
    const all = Array.from({ length: 70 }, () => lanes.run('one', () => opened.then(() => 'done')));
    open();
    const outcomes = await Promise.all(all);
    expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(64);
    expect(outcomes.at(-1)).toMatchObject({ refused: 'overloaded' });
  });

  it('are gone when nobody is in them, after a failure too', async () => {
    const lanes = new AttemptLanes();
    await lanes.run('one', async () => 'done');
    await expect(lanes.run('two', () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    expect(lanes.size).toBe(0);
  });
});
