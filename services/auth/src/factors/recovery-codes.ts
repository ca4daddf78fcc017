import { createHmac, hkdfSync, randomInt } from 'node:crypto';

/** Crockford's base32: nothing in it is taken for something else. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const lookAlikes: Readonly<Record<string, string>> = { o: '0', i: '1', l: '1' };
const groups = 5;
const groupLength = 5;
const codesEach = 10;

const character = (): string => alphabet[randomInt(alphabet.length)] ?? '';
const group = (): string => Array.from({ length: groupLength }, character).join('');

/** 125 random bits, as `xxxxx-xxxxx-xxxxx-xxxxx-xxxxx`. */
const newRecoveryCode = (): string => Array.from({ length: groups }, group).join('-');

export const newRecoveryCodes = (): string[] => Array.from({ length: codesEach }, newRecoveryCode);

/** However it was typed. */
const asWritten = (typed: string): string =>
  typed
    .toLowerCase()
    .replaceAll(/[\s-]/g, '')
    .replaceAll(/[oil]/g, (letter) => lookAlikes[letter] ?? letter);

/** Digests of codes under a key that the database does not have, each good for one person only. */
export const createRecoveryDigest = (secret: Uint8Array) => {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'rollcall recovery codes', 32));
  return (userId: string, code: string): string =>
    createHmac('sha256', key)
      .update(JSON.stringify([userId, asWritten(code)]))
      .digest('base64url');
};
