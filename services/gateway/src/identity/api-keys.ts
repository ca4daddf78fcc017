import { isApiKey } from '@rollcall/service-kit/api-key-format';
import { digestOf } from '@rollcall/service-kit/sealed-secret';
import { type ServiceClient, ServiceUnavailableError } from '@rollcall/service-kit/service-client';
import { isRefusal } from '@rollcall/types/problems';
import { introspectApiKey } from '@rollcall/types/routes/auth/api-keys';
import { LRUCache } from 'lru-cache';
import type { Identity } from './identity.ts';

/**
 * For so long auth is not asked again. What ends a key tells every gateway at once, as with sessions: this only bounds how
 * late its last use is noted.
 */
const rememberedMilliseconds = 30_000;

/** Says whose key a program presents. */
export class ApiKeys {
  readonly #client: ServiceClient;
  readonly #known = new LRUCache<string, Identity>({ max: 10_000, ttl: rememberedMilliseconds });

  constructor(client: ServiceClient) {
    this.#client = client;
  }

  /** Does it look like one? Nobody is asked about anything else. */
  recognizes(token: string): boolean {
    return isApiKey(token);
  }

  /**
   * @returns undefined for one that is unknown or has ended
   * @throws {ServiceUnavailableError} when auth does not answer
   */
  async find(key: string): Promise<Identity | undefined> {
    const digest = digestOf(key);
    const known = this.#known.get(digest);
    if (known) return known;
    const answer = await this.#client.call(introspectApiKey, { body: { digest } });
    if (isRefusal(answer)) throw new ServiceUnavailableError('auth', answer.refused);
    const found = answer.body.key;
    if (!found) return undefined;
    const { userId, keyId, scopes, expiresAt } = found;
    // Nobody proved anything by it just now: what wants a recent sign-in is not for keys.
    const actor = { userId, sessionId: keyId, tokenId: keyId, authenticatedAt: 0, methods: [], scopes };
    const verified = { actor, expiresAtMilliseconds: Date.parse(expiresAt) };
    this.#known.set(digest, verified);
    return verified;
  }
}
