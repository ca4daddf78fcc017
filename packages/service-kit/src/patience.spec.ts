import { describe, expect, it } from 'vitest';
import { isOutage } from './failures.ts';
import { withinPatience } from './patience.ts';

describe('work that is waited for', () => {
  it('is waited for until it is done or has failed', async () => {
    expect(await withinPatience(60_000, Promise.resolve(1))).toBe(1);
    await expect(withinPatience(60_000, Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  });

  it('that does not end is given up, as what is not available', async () => {
    const error = await withinPatience(1, new Promise(() => undefined)).catch((reason: unknown) => reason);
    expect(isOutage(error)).toBe(true);
  });

  it('may fail later, and nobody is bothered with it', async () => {
    let fail = (): void => undefined;
    const work = new Promise((_, reject) => {
      fail = () => reject(new Error('too late'));
    });
    await expect(withinPatience(1, work)).rejects.toThrow('nothing came');
    fail();
    await expect(work).rejects.toThrow('too late');
  });
});
