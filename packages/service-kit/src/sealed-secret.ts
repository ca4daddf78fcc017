import { createHash, hkdfSync } from 'node:crypto';
import { CompactEncrypt, compactDecrypt } from 'jose';

/** Encrypts key material for the database (JWE `dir`, `A256GCM`), so that a stolen dump holds no usable key. */
export const sealSecret = (wrappingKey: Uint8Array, secret: Uint8Array): Promise<string> =>
  new CompactEncrypt(secret).setProtectedHeader({ alg: 'dir', enc: 'A256GCM' }).encrypt(wrappingKey);

/** @throws when it was sealed under another key, or altered. */
export const openSecret = async (wrappingKey: Uint8Array, sealed: string): Promise<Uint8Array> => {
  const { plaintext } = await compactDecrypt(sealed, wrappingKey, {
    keyManagementAlgorithms: ['dir'],
    contentEncryptionAlgorithms: ['A256GCM'],
  });
  return plaintext;
};

/**
 * The secret of one request, derived (HKDF, RFC 5869) from a key and from what only the database knows: 192 bits in
 * base64url, 32 characters. It is the same whenever it is asked for, so that a mail that is sent again, or a question that
 * arrives late, voids nothing.
 *
 * @param salt random, kept with the request: neither key nor database alone is enough
 * @param purpose what it is for, so that no secret is good for anything else
 */
export const deriveSecret = (key: Uint8Array, salt: string, purpose: string): string =>
  Buffer.from(hkdfSync('sha256', key, salt, purpose, 24)).toString('base64url');

/** SHA-256 in hex: enough for random secrets, which cannot be guessed from it. */
export const digestOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');
