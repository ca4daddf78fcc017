import { timingSafeEqual } from 'node:crypto';
import type { Config } from './config.ts';

/**
 * Is this the digest of the set-up token? It never is where none is configured. Compared in constant time, so that the
 * answer's delay tells nothing of how near a guess came.
 */
export const isSetupTokenDigest = ({ setupTokenDigest }: Config, digest: string): boolean => {
  if (setupTokenDigest === undefined) return false;
  const [expected, given] = [Buffer.from(setupTokenDigest), Buffer.from(digest)];
  return expected.length === given.length && timingSafeEqual(expected, given);
};
