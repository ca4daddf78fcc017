import { sealedPersonal } from '@rollcall/types/event-definition';
import { CompactEncrypt, compactDecrypt, decodeProtectedHeader } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';

/** Looks a person's 256-bit key up; undefined when there is none (any more). */
export type KeySource = (userId: string) => Promise<Uint8Array | undefined>;

/** Seals values under a key in hand: for a person whose key is only about to be stored. */
export const sealUnder = (
  key: Uint8Array,
  userId: string,
  values: Readonly<Record<string, unknown>>,
): Promise<string> =>
  new CompactEncrypt(Buffer.from(JSON.stringify(values)))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: userId })
    .encrypt(key);

/** Seals and opens personal values under a key per person: compact JWE, `dir` with `A256GCM`. */
export class PersonalData {
  // Short, so that a key destroyed elsewhere is gone here soon even if the news of it were late.
  readonly #keys: LRUCache<string, Uint8Array>;

  constructor(source: KeySource) {
    // However many want one person's key at once, its source is asked once.
    this.#keys = new LRUCache({ max: 10_000, ttl: 5 * 60_000, fetchMethod: (userId) => source(userId) });
  }

  /** @throws when the person has no key: nothing personal may travel unsealed. */
  async seal(userId: string, values: Readonly<Record<string, unknown>>): Promise<string> {
    const key = await this.#keys.fetch(userId);
    if (!key) throw new Error('this person has no data key');
    return sealUnder(key, userId, values);
  }

  /**
   * @returns the values, or null when the key is gone: the person was erased.
   * @throws {BrokenSealError} when the block was altered or never was one; another error when the key cannot be had now.
   */
  async open(sealed: string): Promise<Record<string, unknown> | null> {
    const key = await this.#keys.fetch(personOf(sealed));
    return key ? unseal(sealed, key) : null;
  }

  /** Drops the cached key of a person who was erased. */
  forget(userId: string): void {
    this.#keys.delete(userId);
  }
}

/** A sealed block that no key will ever open. */
export class BrokenSealError extends Error {
  constructor(cause: unknown) {
    super('personal values cannot be opened', { cause });
    this.name = 'BrokenSealError';
  }
}

const personOf = (sealed: string): string => {
  try {
    const { kid } = decodeProtectedHeader(sealedPersonal.parse(sealed));
    if (kid !== undefined && kid !== '') return kid;
  } catch (error) {
    throw new BrokenSealError(error);
  }
  throw new BrokenSealError('no person is named');
};

const unseal = async (sealed: string, key: Uint8Array): Promise<Record<string, unknown>> => {
  try {
    const { plaintext } = await compactDecrypt(sealed, key, {
      keyManagementAlgorithms: ['dir'],
      contentEncryptionAlgorithms: ['A256GCM'],
    });
    return z.record(z.string(), z.unknown()).parse(JSON.parse(new TextDecoder().decode(plaintext)));
  } catch (error) {
    throw new BrokenSealError(error);
  }
};
