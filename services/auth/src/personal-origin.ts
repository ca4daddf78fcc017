import { setTimeout as delay } from 'node:timers/promises';
import type { HopContext } from '@rollcall/service-kit/actor';
import type { Ports } from './ports.ts';

/** A sign-in does not wait longer than this for a key that is not at hand. */
const patienceMilliseconds = 1_000;

/**
 * Where a request came from, sealed for an event. Left out when the key cannot be had just now: that nobody could sign
 * in while another service is down would be worse than an event without an address.
 */
export const sealOrigin = async (
  { personal, log }: Pick<Ports, 'personal' | 'log'>,
  userId: string,
  { ipAddress, userAgent }: HopContext,
): Promise<{ personal?: string }> => {
  const sealed = personal.seal(userId, { ipAddress, userAgent }).catch((error: unknown) => {
    log.warn({ err: error }, 'an event goes without its origin');
    return undefined;
  });
  const found = await Promise.race([sealed, delay(patienceMilliseconds, undefined, { ref: false })]);
  return found === undefined ? {} : { personal: found };
};
