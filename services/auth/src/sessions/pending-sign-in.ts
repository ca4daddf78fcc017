import { newSecret } from '@rollcall/service-kit/identity';
import { digestOf } from '@rollcall/service-kit/sealed-secret';
import type { SecondFactorMethod } from '../factors/second-factor.ts';
import type { Ports } from '../ports.ts';
import { endAfter } from '../store/clock.ts';
import { holdUsable } from '../store/credentials.ts';
import { insertPendingSignIn } from '../store/pending-sign-ins.ts';
import type { Beginning } from './start-session.ts';

/** The answer to whoever has proved the first factor only. */
export interface Challenge {
  readonly status: 'mfa_required';
  readonly mfaToken: string;
  readonly expiresIn: number;
  readonly methods: SecondFactorMethod[];
}

export const isChallenge = (outcome: object): outcome is Challenge => 'status' in outcome;

/** Puts down what was proved, for whoever completes the sign-in within minutes; undefined as `letIn` has it. */
export const askForSecondFactor = async (
  { config, events }: Ports,
  { userId, passwordSetAt, methods, replaces, alongside }: Beginning,
  factors: readonly SecondFactorMethod[],
): Promise<Challenge | undefined> => {
  const mfaToken = newSecret();
  const isKept = await events.transact(async (tx, emit) => {
    if (!(await holdUsable(tx, userId, 'share', passwordSetAt))) return false;
    if (alongside && !(await alongside(tx, emit))) return false;
    await insertPendingSignIn(tx, {
      tokenDigest: digestOf(mfaToken),
      userId,
      methods: [...methods],
      passwordSetAt,
      replaces: replaces ?? null,
      expiresAt: await endAfter(tx, config.pendingSignInMilliseconds),
    });
    return true;
  });
  if (!isKept) return undefined;
  const expiresIn = config.pendingSignInMilliseconds / 1_000;
  return { status: 'mfa_required', mfaToken, expiresIn, methods: [...factors] };
};
