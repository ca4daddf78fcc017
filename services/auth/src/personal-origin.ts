import type { HopContext } from '@rollcall/service-kit/actor';
import type { Ports } from './ports.ts';

/**
 * Where a request came from, sealed for an event. Left out when the key cannot be had just now: that nobody could sign
 * in while another service is down would be worse than an event without an address.
 */
export const sealOrigin = async (
  { personal, log }: Pick<Ports, 'personal' | 'log'>,
  userId: string,
  { ipAddress, userAgent }: HopContext,
): Promise<{ personal?: string }> => {
  try {
    return { personal: await personal.seal(userId, { ipAddress, userAgent }) };
  } catch (error) {
    log.warn({ err: error }, 'an event goes without its origin');
    return {};
  }
};
