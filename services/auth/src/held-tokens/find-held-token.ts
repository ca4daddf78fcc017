import { isApiKey } from '@rollcall/service-kit/api-key-format';
import type { Ports } from '../ports.ts';
import { findKey } from './api-key.ts';
import type { HeldToken } from './held-token.ts';
import { findKept } from './kept-token.ts';
import { findRefreshToken } from './refresh-token.ts';
import { findSigned } from './signed-token.ts';

/** Whatever this product gives out, found by its text, be it good now or not; what is unknown or over is not there. */
export const findHeldToken = async (ports: Ports, token: string): Promise<HeldToken | undefined> => {
  if (isApiKey(token)) return findKey(ports, token);
  if (token.includes('.')) return findSigned(ports, token);
  return (await findRefreshToken(ports, token)) ?? findKept(ports, token);
};
