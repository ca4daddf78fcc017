import { setTimeout as delay } from 'node:timers/promises';
import { type ServiceClient, ServiceUnavailableError } from '@rollcall/service-kit/service-client';
import { isRefusal } from '@rollcall/types/problems';
import { readKeySet } from '@rollcall/types/routes/auth/keys';
import { type CryptoKey, importJWK, type JWK } from 'jose';

/** However many tokens come with made-up key ids, auth is asked no more often; they wait for one answer together. */
const cooldownMilliseconds = 1_000;
/** A key that auth took back stops counting within this time. */
const rereadMilliseconds = 10_000;
/** Keys older than this are not relied on. */
const maximumAgeMilliseconds = 300_000;

// No id of ours is longer, and none is empty.
const idForm = /^[\x21-\x7e]{1,128}$/;

/** The public keys of auth, by id. */
export class KeySet {
  readonly #client: ServiceClient;
  #keys: ReadonlyMap<string, CryptoKey> = new Map();
  /** When the last question was asked, and when the one that the keys are from; the clock that never runs back. */
  #askedAt = Number.NEGATIVE_INFINITY;
  #knownSince = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;

  constructor(client: ServiceClient) {
    this.#client = client;
  }

  /**
   * The key of this id. One that is unknown is asked for, so that a new key is good from its first token on.
   *
   * @throws {ServiceUnavailableError} when it is unknown here and auth does not answer.
   */
  async find(id: string): Promise<CryptoKey | undefined> {
    if (!idForm.test(id)) return undefined;
    const calledAt = performance.now();
    // An answer counts when its question was asked after this call; one under way may be older than the key.
    while (!this.has(id) && this.#knownSince < calledAt) await this.#read();
    return this.#keys.get(id);
  }

  /** Is this key still among those of auth? Looks for news on the side, as often as is due. */
  has(id: string): boolean {
    const age = performance.now() - this.#knownSince;
    if (age > rereadMilliseconds) void this.#read().catch(() => undefined);
    return age <= maximumAgeMilliseconds && this.#keys.has(id);
  }

  #read(): Promise<void> {
    this.#reading ??= this.#askInTurn().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #askInTurn(): Promise<void> {
    const wait = this.#askedAt + cooldownMilliseconds - performance.now();
    if (wait > 0) await delay(wait, undefined, { ref: false });
    const askedAt = performance.now();
    this.#askedAt = askedAt;
    const answer = await this.#client.call(readKeySet, {});
    if (isRefusal(answer)) throw new ServiceUnavailableError('auth', answer.refused);
    const entries = await Promise.all(answer.body.keys.map(readKey));
    this.#keys = new Map(entries.flatMap((entry) => (entry ? [entry] : [])));
    this.#knownSince = askedAt;
  }
}

/** One member of the set; undefined for a key of another kind, which must not keep the good ones out. */
const readKey = async (jwk: JWK): Promise<readonly [string, CryptoKey] | undefined> => {
  const isOurs = jwk.kty === 'EC' && jwk.crv === 'P-256' && (jwk.alg ?? 'ES256') === 'ES256' && jwk.d === undefined;
  if (typeof jwk.kid !== 'string' || !isOurs) return undefined;
  try {
    const key = await importJWK(jwk, 'ES256');
    return key instanceof Uint8Array ? undefined : [jwk.kid, key];
  } catch {
    return undefined;
  }
};
