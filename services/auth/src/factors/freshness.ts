import type { CallContext } from '@rollcall/service-kit/call-context';
import { type Refusal, refuse } from '@rollcall/types/problems';
import type { Ports } from '../ports.ts';
import { hasSecondFactor } from '../store/second-factors.ts';
import { twoFactors } from './assurance.ts';

/**
 * Why somebody may not change how they sign in, if so: they proved who they are too long ago, or have a second factor and
 * did not prove it in this session.
 */
export const proveFresh = async (
  { config, connection }: Ports,
  { signedIn }: CallContext,
): Promise<Refusal | undefined> => {
  const age = Date.now() - signedIn.authenticatedAt * 1_000;
  if (age > config.freshMilliseconds) {
    const stepUp = { maxAgeSeconds: config.freshMilliseconds / 1_000 };
    return refuse('reauthentication_required', { detail: 'You signed in too long ago for this.', stepUp });
  }
  return proveStrong({ connection }, signedIn);
};

/** Why this session is too weak for what concerns the account as a whole, if it is. */
export const proveStrong = async (
  { connection }: Pick<Ports, 'connection'>,
  { userId, methods }: CallContext['signedIn'],
): Promise<Refusal | undefined> => {
  if (methods.includes('mfa') || !(await hasSecondFactor(connection.db, userId))) return undefined;
  const stepUp = { acr: twoFactors };
  return refuse('reauthentication_required', {
    detail: 'Your second factor was not asked for in this session.',
    stepUp,
  });
};
