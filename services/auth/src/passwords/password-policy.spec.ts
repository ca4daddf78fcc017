import { newPassword } from '@rollcall/types/people';
import { describe, expect, it } from 'vitest';
import { judgePassword } from './password-policy.ts';

const weak = { refused: 'weak_password', errors: [{ pointer: '/body/password', detail: expect.any(String) }] };

describe('a password', () => {
  it.each(['password', '12345678', 'qwertyuiop', 'iloveyou', 'Password1', 'QWERTYUIOP'])(
    '%s is refused: it is guessed first, whatever its case',
    async (password) => {
      expect(await judgePassword(password)).toEqual(weak);
    },
  );

  it.each(['rollcall', 'Rollcall2026!', '123-ROLLCALL-456'])(
    '%s is refused: it is little more than our name',
    async (password) => {
      expect(await judgePassword(password)).toEqual(weak);
    },
  );

  it.each(['aaaaaaaaaaaaaaaa', '        ', '🔑🔑🔑🔑🔑🔑🔑🔑'])('%s is refused: one character', async (password) => {
    expect(await judgePassword(password)).toEqual(weak);
  });

  it.each([
    'correct horse battery staple',
    'only lower case words',
    '  leading and trailing  ',
    'пароль подлиннее',
    '🔑🗝️🔒🔓🔐🧷🧿🪬',
  ])('%s is taken: there are no rules of composition', async (password) => {
    expect(await judgePassword(password)).toBeUndefined();
    expect(newPassword.parse(password)).toBe(password);
  });

  it('is 8 to 256 code points long', () => {
    expect(newPassword.safeParse('1234567').success).toBe(false);
    expect(newPassword.safeParse('🔑'.repeat(7)).success).toBe(false);
    expect(newPassword.safeParse('🔑'.repeat(8)).success).toBe(true);
    expect(newPassword.safeParse('🔑'.repeat(256)).success).toBe(true);
    expect(newPassword.safeParse('x'.repeat(257)).success).toBe(false);
  });
});
