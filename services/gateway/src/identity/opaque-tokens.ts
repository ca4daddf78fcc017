import { isApiKey } from '@rollcall/service-kit/api-key-format';
import { digestOf } from '@rollcall/service-kit/sealed-secret';
import { ownContext, type ServiceClient, ServiceUnavailableError } from '@rollcall/service-kit/service-client';
import { isRefusal } from '@rollcall/types/problems';
import { type OpaqueTokenKind, readTokenHolder } from '@rollcall/types/routes/auth/tokens';
import { LRUCache } from 'lru-cache';
import type { Identity } from './identity.ts';

/**
 * For so long auth is not asked again. What ends one tells every gateway at once, as with sessions: this only bounds how
 * late the last use of a key is noted.
 */
const rememberedMilliseconds = 30_000;

/** What the OAuth provider makes: 256 bits or more, and no dots, as a signed token has. */
const oauthToken = /^[A-Za-z0-9_-]{43}$/;

const kindOf = (token: string): OpaqueTokenKind | undefined => {
  if (isApiKey(token)) return 'api_key';
  return oauthToken.test(token) ? 'oauth_token' : undefined;
};

/** Says in whose name a program speaks that presents a key, or an application that presents what it was given. */
export class OpaqueTokens {
  readonly #client: ServiceClient;
  readonly #newest: () => string | undefined;
  readonly #known = new LRUCache<string, Identity>({ max: 10_000, ttl: rememberedMilliseconds });

  /** @param newest revision of the access log that anybody may have heard of here */
  constructor(client: ServiceClient, newest: () => string | undefined) {
    this.#client = client;
    this.#newest = newest;
  }

  /** Does it look like one? Nobody is asked about anything else. */
  recognizes(token: string): boolean {
    return kindOf(token) !== undefined;
  }

  /**
   * @param isOver whether what was remembered has ended since: it is asked about once more then
   * @returns undefined for one that is unknown or has ended
   * @throws {ServiceUnavailableError} when auth does not answer
   */
  async find(token: string, isOver: (known: Identity) => boolean): Promise<Identity | undefined> {
    const kind = kindOf(token);
    if (kind === undefined) return undefined;
    const digest = digestOf(token);
    const known = this.#known.get(digest);
    if (known && !isOver(known)) return known;
    const asked = { body: { kind, digest }, context: ownContext(this.#newest()) };
    const answer = await this.#client.call(readTokenHolder, asked);
    if (isRefusal(answer)) throw new ServiceUnavailableError('auth', answer.refused);
    const { holder } = answer.body;
    if (!holder) return undefined;
    const { expiresAt, ...who } = holder;
    // Nobody proved anything by it just now: what wants a recent sign-in is not for programs.
    const found = { actor: { ...who, authenticatedAt: 0 }, expiresAtMilliseconds: Date.parse(expiresAt) };
    this.#known.set(digest, found);
    return found;
  }
}
