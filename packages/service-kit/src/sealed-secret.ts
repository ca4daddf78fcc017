import { createHash } from 'node:crypto';
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

/** SHA-256 in hex: enough for random secrets, which cannot be guessed from it. */
export const digestOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');
