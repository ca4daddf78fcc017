import { type ServiceClient, ServiceUnavailableError } from '@rollcall/service-kit/service-client';
import { isRefusal } from '@rollcall/types/problems';
import { readKeySet } from '@rollcall/types/routes/auth';
import { type CryptoKey, importJWK } from 'jose';

/** A flood of tokens with made-up key ids causes one question in so long. */
const cooldownMilliseconds = 5_000;
/** A key that auth took back stops counting within this time. */
const rereadMilliseconds = 30_000;

/** The public keys of auth, by id. */
export class KeySet {
  readonly #client: ServiceClient;
  #keys: ReadonlyMap<string, CryptoKey> = new Map();
  #readAt = 0;
  #reading: Promise<void> | undefined;

  constructor(client: ServiceClient) {
    this.#client = client;
  }

  /** @throws {ServiceUnavailableError} when the key is unknown here and auth does not answer. */
  async find(id: string): Promise<CryptoKey | undefined> {
    const age = Date.now() - this.#readAt;
    const known = this.#keys.get(id);
    if (age > rereadMilliseconds || (!known && age > cooldownMilliseconds)) {
      // With a key at hand the renewal happens on the side; its failure shows when it matters.
      if (known && age < 10 * rereadMilliseconds) void this.#read().catch(() => undefined);
      else await this.#read();
    }
    return this.#keys.get(id);
  }

  /** Is this key still among those of auth? For tokens that were verified before. */
  has(id: string): boolean {
    return this.#keys.has(id);
  }

  #read(): Promise<void> {
    this.#reading ??= this.#fetch().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #fetch(): Promise<void> {
    const answer = await this.#client.call(readKeySet, {});
    if (isRefusal(answer)) throw new ServiceUnavailableError('auth', answer.refused);
    const keys = new Map<string, CryptoKey>();
    for (const jwk of answer.body.keys) {
      const key = await importJWK(jwk, 'ES256');
      if (typeof jwk.kid === 'string' && !(key instanceof Uint8Array)) keys.set(jwk.kid, key);
    }
    this.#keys = keys;
    this.#readAt = Date.now();
  }
}
