import { isRefusal } from '@rollcall/types/problems';
import argon2 from 'argon2';
import { describe, expect, it, vi } from 'vitest';
import { createPasswordHasher } from './password-hasher.ts';

const text = (hashed: unknown): string => {
  if (typeof hashed !== 'string') throw new Error('there is no hash');
  return hashed;
};

const here = '192.0.2.1';

describe('hashing', () => {
  it('is argon2id at OWASP’s parameters or above, with a salt of its own each time', async () => {
    const hasher = await createPasswordHasher(2);
    const [one, other] = [
      text(await hasher.hash('a long password', here)),
      text(await hasher.hash('a long password', here)),
    ];
    const [, memory, passes, lanes] = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$/.exec(one)?.map(Number) ?? [];
    expect(memory).toBeGreaterThanOrEqual(19_456);
    expect(passes).toBeGreaterThanOrEqual(2);
    expect(lanes).toBeGreaterThanOrEqual(1);
    expect(one).not.toBe(other);
  });

  it('compares exactly what was typed, to the last of many characters', async () => {
    const hasher = await createPasswordHasher(2);
    const long = 'é'.repeat(255);
    const hash = text(await hasher.hash(`${long}a`, here));
    expect(await hasher.verify(hash, `${long}a`, here)).toEqual({ matches: true, rehash: undefined });
    for (const typed of [`${long}b`, long, `${long}A`, `${long.normalize('NFD')}a`]) {
      expect(await hasher.verify(hash, typed, here)).toMatchObject({ matches: false });
    }
  });

  it('answers nobody’s password with no, after the same one comparison', async () => {
    const hasher = await createPasswordHasher(2);
    const verify = vi.spyOn(argon2, 'verify');
    expect(await hasher.verify(undefined, 'nobody’s password', here)).toEqual({ matches: false, rehash: undefined });
    expect(verify).toHaveBeenCalledTimes(1);
  });

  it('offers a stronger hash for a weaker one whose password was right, and for no other', async () => {
    const hasher = await createPasswordHasher(2);
    const weaker = await argon2.hash('a long password', { memoryCost: 8_192, timeCost: 2, parallelism: 1 });
    expect(await hasher.verify(weaker, 'not the password', here)).toEqual({ matches: false, rehash: undefined });
    const verdict = await hasher.verify(weaker, 'a long password', here);
    const rehash = isRefusal(verdict) ? undefined : verdict.rehash;
    expect(await hasher.verify(text(rehash), 'a long password', here)).toEqual({ matches: true, rehash: undefined });
  });

  it('does so many at once and turns away what would wait too long (F39)', async () => {
    const hasher = await createPasswordHasher(1);
    let running = 0;
    let most = 0;
    vi.spyOn(argon2, 'verify').mockImplementation(async () => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
      return false;
    });
    const verdicts = await Promise.all(
      Array.from({ length: 50 }, (_, n) => hasher.verify(undefined, 'x', `192.0.2.${n}`)),
    );
    expect(most).toBe(1);
    expect(verdicts.filter(isRefusal).length).toBeGreaterThan(0);
    for (const verdict of verdicts.filter(isRefusal)) {
      expect(verdict).toEqual({ refused: 'overloaded', retryAfterSeconds: 2 });
    }
    expect(verdicts.filter((verdict) => !isRefusal(verdict)).length).toBeGreaterThanOrEqual(32);
  });

  it('keeps room for everybody else, however many come from one address', async () => {
    const hasher = await createPasswordHasher(1);
    vi.spyOn(argon2, 'verify').mockImplementation(async () => {
      await new Promise(setImmediate);
      return false;
    });
    const storm = Array.from({ length: 50 }, () => hasher.verify(undefined, 'x', '2001:db8::1'));
    const sameHouse = hasher.verify(undefined, 'x', '2001:db8::2');
    const somebodyElse = hasher.verify(undefined, 'x', here);
    expect(await sameHouse).toMatchObject({ refused: 'overloaded' });
    expect(await somebodyElse).toMatchObject({ matches: false });
    expect((await Promise.all(storm)).filter((verdict) => !isRefusal(verdict))).toHaveLength(24);
    expect(await hasher.verify(undefined, 'x', '2001:db8::1')).toMatchObject({ matches: false });
  });

  it('counts every hash that a new password is compared by, so that nobody waits longer for those', async () => {
    const hasher = await createPasswordHasher(1);
    const before = await Promise.all(['one', 'two', 'three'].map((former) => hasher.hash(former, here)));
    let compared = 0;
    vi.spyOn(argon2, 'verify').mockImplementation(async () => {
      compared++;
      return false;
    });
    const hashes = await Promise.all(
      Array.from({ length: 50 }, () => hasher.hashNew('another long password', before.map(text), here)),
    );
    expect(hashes.filter((hash) => typeof hash === 'string')).toHaveLength(6);
    expect(compared).toBe(6 * before.length);
  });

  it('a newcomer waits behind no more than one of each other address, though two have filled the room', async () => {
    const hasher = await createPasswordHasher(1);
    vi.spyOn(argon2, 'verify').mockImplementation(async () => {
      await new Promise(setImmediate);
      return false;
    });
    const finished: string[] = [];
    const verify = (address: string) =>
      hasher.verify(undefined, 'x', address).then((verdict) => {
        if (!isRefusal(verdict)) finished.push(address);
      });
    const storms = ['192.0.2.10', '192.0.2.11'].flatMap((address) => Array.from({ length: 40 }, () => verify(address)));
    await Promise.all([...storms, verify(here)]);
    // One was being hashed already; then each of the two has a turn before the newcomer.
    expect(finished.indexOf(here)).toBeGreaterThanOrEqual(0);
    expect(finished.indexOf(here)).toBeLessThanOrEqual(3);
  });
});
