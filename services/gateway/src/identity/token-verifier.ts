import { hash } from 'node:crypto';
import { actor } from '@rollcall/service-kit/actor';
import { firstPartyClient } from '@rollcall/types/first-party';
import { sessionId, userId } from '@rollcall/types/ids';
import { type Refusal, refuse } from '@rollcall/types/problems';
import { errors, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { Identity } from './identity.ts';
import type { KeySet } from './key-set.ts';
import type { OpaqueTokens } from './opaque-tokens.ts';
import type { RevocationList } from './revocation-list.ts';

/** No token of ours is longer; what is, is not worth hashing. */
const maximumLength = 4_096;

const claims = z.object({
  sub: z.string(),
  sid: z.string(),
  jti: z.string(),
  exp: z.number(),
  // What another application was given speaks for a person there, never here.
  client_id: z.literal(firstPartyClient),
  auth_time: z.number(),
  amr: z.array(z.string()),
  /** Whoever acts in the name of this person (RFC 8693 section 4.1), and what for at most. */
  act: z.object({ sub: userId, sid: sessionId }).optional(),
  scope: z.string().optional(),
});

interface Signed extends Identity {
  readonly keyId: string;
}

/**
 * Says in whose name a token speaks: an access token of ours, a key for programs, or what an application was given. A signature is
 * checked once for each spelling of a token and then remembered by its digest; expiry, revocation and the key are looked at every
 * time. Revocation goes by session and token id, never by the token's text, of which there are several that verify.
 */
export class TokenVerifier {
  readonly #issuer: string;
  readonly #keys: KeySet;
  readonly #revocations: RevocationList;
  readonly #opaque: OpaqueTokens;
  readonly #verified = new LRUCache<string, Signed>({ max: 20_000 });

  constructor(issuer: string, keys: KeySet, revocations: RevocationList, opaque: OpaqueTokens) {
    this.#issuer = issuer;
    this.#keys = keys;
    this.#revocations = revocations;
    this.#opaque = opaque;
  }

  /** @throws {ServiceUnavailableError} when what it takes to decide cannot be had. */
  async verify(token: string): Promise<Identity | Refusal> {
    if (token.length > maximumLength) return refuse('unauthenticated');
    const known = this.#opaque.recognizes(token)
      ? await this.#opaque.find(token, (known) => this.#isRevoked(known))
      : await this.#findSigned(token);
    if (!known || known.expiresAtMilliseconds <= Date.now()) return refuse('unauthenticated');
    await this.#revocations.ensureFresh();
    return this.#isRevoked(known) ? refuse('token_revoked') : known;
  }

  /** Does what was found a while ago still hold: while the rest of a request arrived, for one? */
  async stillHolds(identity: Identity): Promise<boolean> {
    await this.#revocations.ensureFresh();
    return identity.expiresAtMilliseconds > Date.now() && !this.#isRevoked(identity);
  }

  async #findSigned(token: string): Promise<Signed | undefined> {
    const digest = hash('sha256', token, 'base64');
    let known = this.#verified.get(digest);
    if (!known || !this.#keys.has(known.keyId)) {
      known = await this.#verifySignature(token);
      if (known) this.#verified.set(digest, known);
    }
    return known;
  }

  #isRevoked({ actor: { sessionId, tokenId }, impersonator }: Identity): boolean {
    const sessions = impersonator === undefined ? [sessionId] : [sessionId, impersonator.sessionId];
    return (
      sessions.some((id) => this.#revocations.isRevoked('session', id)) || this.#revocations.isRevoked('token', tokenId)
    );
  }

  async #verifySignature(token: string): Promise<Signed | undefined> {
    let keyId = '';
    try {
      const { payload } = await jwtVerify(
        token,
        async (header) => {
          keyId = header.kid ?? '';
          const key = await this.#keys.find(keyId);
          if (!key) throw new errors.JWKSNoMatchingKey();
          return key;
        },
        { issuer: this.#issuer, audience: this.#issuer, algorithms: ['ES256'], typ: 'at+jwt' },
      );
      const { sub, sid, jti, exp, auth_time, amr, act, scope = '' } = claims.parse(payload);
      const who = { userId: sub, sessionId: sid, tokenId: jti, authenticatedAt: auth_time, methods: amr };
      const signed = { keyId, expiresAtMilliseconds: exp * 1000 };
      if (!act) return { ...signed, actor: actor.parse(who) };
      // Nobody is in front of it who could be asked to prove anything.
      const limited = actor.parse({ ...who, authenticatedAt: 0, scopes: scope.split(' ') });
      return { ...signed, actor: limited, impersonator: { userId: act.sub, sessionId: act.sid } };
    } catch (error) {
      if (error instanceof errors.JOSEError || error instanceof z.ZodError) return undefined;
      throw error;
    }
  }
}
