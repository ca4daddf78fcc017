import { describe, expect, it } from 'vitest';
import { apiKeyPrefix, isApiKey, newApiKey } from './api-key-format.ts';

describe('a key for programs', () => {
  it('says what it is for, is never the same, and is known by its form', () => {
    const keys = Array.from({ length: 100 }, () => newApiKey('person'));
    expect(new Set(keys).size).toBe(100);
    for (const key of keys) {
      expect(key).toMatch(/^rollcall_pat_[A-Za-z0-9_-]{32}[0-9a-f]{8}$/);
      expect(isApiKey(key)).toBe(true);
    }
    expect(newApiKey('serviceAccount')).toMatch(/^rollcall_key_/);
  });

  it('is none once a character of it is another, is missing, or too many', () => {
    const key = newApiKey('serviceAccount');
    const flipped = key.replace(/.{9}$/, (end) => (end.startsWith('a') ? 'b' : 'a') + end.slice(1));
    for (const other of [flipped, key.slice(0, -1), `${key}0`, key.toUpperCase(), key.slice(13), '', ` ${key}`]) {
      expect([other, isApiKey(other)]).toEqual([other, false]);
    }
  });

  it('is shown by its first letters alone', () => {
    expect(apiKeyPrefix(newApiKey('person'))).toMatch(/^rollcall_pat_.{4}$/);
    expect(apiKeyPrefix(newApiKey('serviceAccount'))).toMatch(/^rollcall_key_.{4}$/);
  });
});
