import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import type { PeerName } from '@rollcall/types/services';
import { type HopContext, hopContext } from './actor.ts';

/** Headers of a hop between services: who signs, when, for whom it acts, and the proof. */
export const trustHeader = 'rollcall-service-trust';
export const contextHeader = 'rollcall-context';

/** A signature is good for this long on either side of the receiver's clock. */
const toleranceMilliseconds = 30_000;

export interface Hop {
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: string;
  readonly body: Uint8Array | null;
}

interface Signer {
  readonly from: PeerName;
  readonly to: PeerName;
  readonly key: Uint8Array;
}

const digestOfNothing = hash('sha256', '');
const digest = (body: Uint8Array | null): string => (body === null ? digestOfNothing : hash('sha256', body));

const signature = (signer: Signer, hop: Hop, at: string, context: string): Buffer =>
  createHmac('sha256', signer.key)
    .update(['v1', signer.from, signer.to, at, hop.method, hop.target, digest(hop.body), context].join('\n'))
    .digest();

/**
 * Signs one hop: HMAC-SHA256 under the key of this pair of services over method, target, body digest, time and
 * everything said about the acting person.
 */
export const signHop = (signer: Signer, hop: Hop, context: HopContext, now: number): Record<string, string> => {
  const encoded = Buffer.from(JSON.stringify(context)).toString('base64url');
  const at = String(now);
  const proof = signature(signer, hop, at, encoded).toString('base64url');
  return { [trustHeader]: `v1.${signer.from}.${at}.${proof}`, [contextHeader]: encoded };
};

export interface Verifier {
  readonly self: PeerName;
  readonly keys: ReadonlyMap<string, Uint8Array>;
}

export interface TrustedHop {
  readonly from: PeerName;
  readonly context: HopContext;
}

/** Checks the headers of a hop; undefined when anything is missing, stale, foreign or altered. */
export const verifyHop = (
  verifier: Verifier,
  hop: Hop,
  headers: { readonly trust: string | null; readonly context: string | null },
  now: number,
): TrustedHop | undefined => {
  const [version, from, at, proof, ...rest] = headers.trust?.split('.') ?? [];
  if (version !== 'v1' || !from || !at || !proof || rest.length > 0 || headers.context === null) return undefined;
  const key = verifier.keys.get(from);
  if (!key || !/^\d{13}$/.test(at) || Math.abs(now - Number(at)) > toleranceMilliseconds) return undefined;

  // The key table holds only names of peers, so `from` is one of them here.
  const peer = from as PeerName;
  const expected = signature({ from: peer, to: verifier.self, key }, hop, at, headers.context);
  const given = Buffer.from(proof, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;

  const context = hopContext.safeParse(JSON.parse(Buffer.from(headers.context, 'base64url').toString()));
  return context.success ? { from: peer, context: context.data } : undefined;
};
