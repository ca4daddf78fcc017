import type { CallContext } from '@rollcall/service-kit/call-context';
import type { PasskeyAssertion } from '@rollcall/types/routes/auth/passkeys';
import type { Ports } from '../ports.ts';
import type { ChallengeUse } from '../store/passkey-challenges.ts';
import { usePasskey } from '../store/passkeys.ts';
import { verifyAssertion } from './passkeys.ts';
import type { NoProof, Proof } from './proof.ts';

/** Whose passkey it was, where that is known. */
export interface PasskeyOwner {
  readonly userId?: string | undefined;
}

export interface PasskeyProof extends Proof {
  readonly userId: string;
}

/**
 * Has a passkey answered what was asked for this use? Why not goes to the log, and to the trail of its owner alone: a copy of
 * a key, which a falling count of signatures betrays, is refused like a wrong one.
 */
export const provePasskey = async (
  ports: Ports,
  use: ChallengeUse,
  response: PasskeyAssertion,
  { log }: CallContext,
): Promise<PasskeyProof | (NoProof & PasskeyOwner)> => {
  const outcome = await verifyAssertion(ports, use, response);
  if ('refused' in outcome) {
    log.info({ reason: outcome.refused }, 'a passkey was refused');
    return { failed: 'wrong_passkey', userId: outcome.passkey?.userId };
  }
  const { passkey, signCount, isCopy } = outcome;
  const { id, userId, synced } = passkey;
  if (isCopy) {
    log.warn({ passkeyId: id }, 'a passkey has counted further before: there is a copy of it');
    return { failed: 'copied_passkey', userId };
  }
  return {
    userId,
    // The authenticator has seen its owner's finger, face or PIN: that is the second factor (RFC 8176 section 2).
    methods: [synced ? 'swk' : 'hwk', 'user', 'mfa'],
    spend: (tx) => usePasskey(tx, id, signCount),
  };
};
