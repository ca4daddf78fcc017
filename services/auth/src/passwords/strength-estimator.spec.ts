import { isRefusal, refuse } from '@rollcall/types/problems';
import { afterAll, describe, expect, it } from 'vitest';
import { StrengthEstimator } from './strength-estimator.ts';

const estimator = new StrengthEstimator();
afterAll(() => estimator.close());

/** One that takes long: each of its characters may stand for another. */
const costly = 'p4$$w0rd'.repeat(4);

describe('estimating passwords', () => {
  it('knows the common ones, whatever their case, and counts the guesses of others', async () => {
    expect(await estimator.estimate('PassWord', [])).toEqual({ isCommon: true, score: 0 });
    expect(await estimator.estimate('correct horse battery staple', [])).toEqual({ isCommon: false, score: 4 });
    expect(await estimator.estimate('Lovelace1815', ['lovelace'])).toMatchObject({ isCommon: false, score: 1 });
  });

  it('holds up nothing else', async () => {
    await estimator.estimate('the lists are read', []);
    let turns = 0;
    let isOver = false;
    const turn = () => {
      turns++;
      if (!isOver) setImmediate(turn);
    };
    setImmediate(turn);
    await Promise.all(Array.from({ length: 20 }, () => estimator.estimate(costly, [])));
    isOver = true;
    expect(turns).toBeGreaterThan(1_000);
  });

  it('is refused where too many wait, and goes on with those that do', async () => {
    const answers = await Promise.all(Array.from({ length: 80 }, () => estimator.estimate('a1b2c3d4', [])));
    const overloaded = answers.filter(isRefusal);
    for (const answer of overloaded) expect(answer).toEqual(refuse('overloaded', { retryAfterSeconds: 2 }));
    expect(overloaded.length).toBeGreaterThan(0);
    expect(answers.length - overloaded.length).toBeGreaterThanOrEqual(64);
    expect(await estimator.estimate('PassWord', [])).toEqual({ isCommon: true, score: 0 });
  });
});
