import { createHmac, hkdfSync } from 'node:crypto';

const digits = 6;

/** Six digits for one request, the same whenever they are asked for, as `deriveSecret` has it. */
export const codeFrom = (key: Uint8Array, salt: string): string => {
  // 48 bits over a million: some numbers are likelier than others by a part in 280 million.
  const number = Buffer.from(hkdfSync('sha256', key, salt, 'mailed code', 6)).readUIntBE(0, 6);
  return String(number % 10 ** digits).padStart(digits, '0');
};

/** A code has a million values: without a key that the database does not have, its digest would be the code. */
export const createMailedCodeDigest = (secret: Uint8Array) => {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'rollcall mailed codes', 32));
  return (requestId: string, typed: string): string =>
    createHmac('sha256', key)
      .update(JSON.stringify([requestId, typed.replaceAll(/[\s-]/g, '')]))
      .digest('base64url');
};
