import { describe, expect, it } from 'vitest';
import { Turns } from './turns.ts';

const done: string[] = [];
const work = (name: string) => async () => {
  await new Promise(setImmediate);
  done.push(name);
  return name;
};

describe('turns', () => {
  it('go round: what one key has brought does not keep another waiting, nor is it forgotten', async () => {
    done.length = 0;
    const turns = new Turns(1);
    const all = ['a1', 'a2', 'a3', 'b1', 'b2', 'c1'].map((name) => turns.add(name.slice(0, 1), 1, work(name)));
    expect(await Promise.all(all)).toEqual(['a1', 'a2', 'a3', 'b1', 'b2', 'c1']);
    expect(done).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2']);
  });

  it('are so many at once', async () => {
    const turns = new Turns(2);
    let running = 0;
    let most = 0;
    const count = async () => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
    };
    await Promise.all(Array.from({ length: 9 }, (_, n) => turns.add(`${n % 3}`, 1, count)));
    expect(most).toBe(2);
    expect([turns.cost, turns.keys]).toEqual([0, 0]);
  });

  it('tell how much waits, by what it costs', async () => {
    const turns = new Turns(1);
    const all = [turns.add('a', 2, work('a')), turns.add('b', 3, work('b')), turns.add('c', 4, work('c'))];
    expect(turns.cost).toBe(7);
    await Promise.all(all);
    expect(turns.cost).toBe(0);
  });

  it('go on after work that failed', async () => {
    const turns = new Turns(1);
    await expect(turns.add('a', 1, () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    expect(await turns.add('a', 1, work('a'))).toBe('a');
  });
});
