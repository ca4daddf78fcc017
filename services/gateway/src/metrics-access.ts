import { createHash, timingSafeEqual } from 'node:crypto';
import { type Bindings, isLocalPeer } from './client.ts';
import type { Config } from './config.ts';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * May whoever asks read the metrics? In production by METRICS_TOKEN alone: a proxy on this machine that adds no header
 * and sends a Host of its own makes everybody look like a neighbour. Elsewhere neighbours need no token.
 */
export const mayReadMetrics = (
  { metricsToken, production }: Config,
  env: Bindings | undefined,
  headers: Headers,
): boolean => {
  const presented = /^Bearer (.+)$/i.exec(headers.get('authorization') ?? '')?.[1];
  // Digests are of one length, and how far two of them agree tells nothing about the token.
  if (metricsToken !== undefined && presented !== undefined && timingSafeEqual(digest(presented), digest(metricsToken)))
    return true;
  return !production && isLocalPeer(env, headers);
};
