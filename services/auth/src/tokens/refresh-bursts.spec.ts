import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RefreshBursts } from './refresh-bursts.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const isAlone = async (alone: boolean) => alone;
/** Presents a token and keeps at it until told. */
const hold = (bursts: RefreshBursts, digest: string) => {
  let finish: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const done = bursts.present(digest, async (alone) => {
    await held;
    return alone;
  });
  return { finish, done };
};

describe('presenting a token', () => {
  it('one after the other, each is alone', async () => {
    const bursts = new RefreshBursts();
    expect(await bursts.present('a', isAlone)).toBe(true);
    expect(await bursts.present('a', isAlone)).toBe(true);
  });

  it('at once, the first is alone and the rest are with it, stragglers of two seconds included', async () => {
    const bursts = new RefreshBursts();
    const first = hold(bursts, 'a');
    expect(await bursts.present('a', isAlone)).toBe(false);
    first.finish();
    expect(await first.done).toBe(true);
    vi.advanceTimersByTime(1_900);
    expect(await bursts.present('a', isAlone)).toBe(false);
    vi.advanceTimersByTime(2_100);
    expect(await bursts.present('a', isAlone)).toBe(true);
  });

  it('another token is another matter', async () => {
    const bursts = new RefreshBursts();
    const first = hold(bursts, 'a');
    expect(await bursts.present('b', isAlone)).toBe(true);
    first.finish();
    await first.done;
  });

  it('one that failed is over as well', async () => {
    const bursts = new RefreshBursts();
    await expect(bursts.present('a', () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    expect(await bursts.present('a', isAlone)).toBe(true);
  });
});
