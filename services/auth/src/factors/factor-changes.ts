import type { Transaction } from '@rollcall/database/connect';
import type { Emit } from '@rollcall/events/outbox';
import type { CallContext } from '@rollcall/service-kit/call-context';
import type { DataOf } from '@rollcall/types/event-definition';
import { factorAdded, factorRemoved, recoveryCodesMade } from '@rollcall/types/events/auth';
import type { Revocation } from '@rollcall/types/routes/auth/revocations';
import { endSessionsOf } from '../end-sessions.ts';
import type { Ports } from '../ports.ts';
import { replaceRecoveryCodes } from '../store/recovery-codes.ts';
import { countSecondFactors, hasSecondFactor } from '../store/second-factors.ts';
import { newRecoveryCodes } from './recovery-codes.ts';

type Factor = DataOf<typeof factorAdded>;

export interface FactorAdded {
  /** Those that came with it, to be shown once. */
  readonly recoveryCodes: string[] | null;
  readonly revoked: readonly Revocation[];
}

/** A second factor counts from now on: with the first one come recovery codes. */
export const tellAdded = async (
  { config, recoveryDigest }: Ports,
  tx: Transaction,
  emit: Emit,
  factor: Factor,
  endOtherSessions: boolean,
  { signedIn: { userId, sessionId }, cause }: CallContext,
): Promise<FactorAdded> => {
  await emit(factorAdded, { subject: userId, data: factor, cause });
  const { recoveryCodes: left } = await countSecondFactors(tx, userId);
  const codes = left === 0 ? newRecoveryCodes() : null;
  if (codes) {
    const digests = codes.map((code) => recoveryDigest(userId, code));
    await replaceRecoveryCodes(tx, userId, digests);
    await emit(recoveryCodesMade, { subject: userId, data: { count: codes.length }, cause });
  }
  const others = { except: sessionId };
  const revoked = endOtherSessions
    ? await endSessionsOf(config, tx, emit, userId, others, 'factors_changed', cause)
    : [];
  return { recoveryCodes: codes, revoked };
};

/** It counts no longer. With the last one go the recovery codes: they take the place of one, and there is none. */
export const tellRemoved = async (
  tx: Transaction,
  emit: Emit,
  factor: Factor,
  { signedIn: { userId }, cause }: CallContext,
): Promise<void> => {
  await emit(factorRemoved, { subject: userId, data: factor, cause });
  if (!(await hasSecondFactor(tx, userId))) await replaceRecoveryCodes(tx, userId, []);
};
