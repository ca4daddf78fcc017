import { newPassword } from '@rollcall/types/people';
import { afterAll, describe, expect, it } from 'vitest';
import { createPasswordPolicy } from './password-policy.ts';
import { StrengthEstimator } from './strength-estimator.ts';

const weak = { refused: 'weak_password', errors: [{ pointer: '/body/password', detail: expect.any(String) }] };

const estimator = new StrengthEstimator();
afterAll(() => estimator.close());

const judgePassword = createPasswordPolicy(estimator, async () => false);

describe('a password', () => {
  it('is refused when it has leaked, which is asked only about one that is good otherwise', async () => {
    const asked: string[] = [];
    const judge = createPasswordPolicy(estimator, async (password) => asked.push(password) > 0);
    expect(await judge('only lower case words', [])).toEqual(weak);
    expect(await judge('password', [])).toEqual(weak);
    expect(asked).toEqual(['only lower case words']);
  });

  it.each(['password', '12345678', 'qwertyuiop', 'iloveyou', 'Password1', 'QWERTYUIOP'])(
    '%s is refused: it is guessed first, whatever its case',
    async (password) => {
      expect(await judgePassword(password, [])).toEqual(weak);
    },
  );

  it.each(['rollcall', 'Rollcall2026!', '123-ROLLCALL-456'])(
    '%s is refused: it is little more than our name',
    async (password) => {
      expect(await judgePassword(password, [])).toEqual(weak);
    },
  );

  it.each(['aaaaaaaaaaaaaaaa', '        ', '🔑🔑🔑🔑🔑🔑🔑🔑'])('%s is refused: one character', async (password) => {
    expect(await judgePassword(password, [])).toEqual(weak);
  });

  it.each([
    'correct horse battery staple',
    'only lower case words',
    '  leading and trailing  ',
    'пароль подлиннее',
    '🔑🗝️🔒🔓🔐🧷🧿🪬',
  ])('%s is taken: there are no rules of composition', async (password) => {
    expect(await judgePassword(password, [])).toBeUndefined();
    expect(newPassword.parse(password)).toBe(password);
  });

  const ada = ['Countess@example.com', 'Ada-Lovelace', 'Byron'];
  it.each(['countess@EXAMPLE.com', 'Countess', 'ada-lovelace', 'byron'])(
    '%s is refused to whose name it is',
    async (password) => {
      expect(await judgePassword(password, ada)).toEqual(weak);
    },
  );

  it.each(['lovelace1815', 'ByronByron1', 'Countess2026!', 'adalovelace'])(
    '%s is refused: whoever knows its owner guesses it',
    async (password) => {
      expect(await judgePassword(password, ada)).toEqual(weak);
    },
  );

  it.each(['qwertyuiop1234', 'Password123!', 'abcdefghijkl', '20261122', 'P@ssw0rd2026'])(
    '%s is refused: few guesses would find it',
    async (password) => {
      expect(await judgePassword(password, [])).toEqual(weak);
    },
  );

  it('is estimated in a moment, however long and odd it is', async () => {
    await judgePassword('warm up the estimator', []);
    const patient = process.cpuUsage();
    for (const password of ['aB3$'.repeat(64), '🔑🗝️'.repeat(80), '4ll 7h3 1337 $p34k '.repeat(13)]) {
      await judgePassword(password.slice(0, 256), []);
    }
    // A whole one of these takes seconds. Processor time, so that a busy machine makes no difference.
    expect(process.cpuUsage(patient).user / 1_000).toBeLessThan(1_000);
  });

  it('is 8 to 256 code points long', () => {
    expect(newPassword.safeParse('1234567').success).toBe(false);
    expect(newPassword.safeParse('🔑'.repeat(7)).success).toBe(false);
    expect(newPassword.safeParse('🔑'.repeat(8)).success).toBe(true);
    expect(newPassword.safeParse('🔑'.repeat(256)).success).toBe(true);
    expect(newPassword.safeParse('x'.repeat(257)).success).toBe(false);
  });
});
