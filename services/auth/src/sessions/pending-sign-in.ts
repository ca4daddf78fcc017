import { newSecret } from '@rollcall/service-kit/identity';
import { digestOf } from '@rollcall/service-kit/sealed-secret';
import type { SecondFactorMethod } from '../factors/second-factor.ts';
import type { Ports } from '../ports.ts';
import type { Credential } from '../store/credentials.ts';
import { insertPendingSignIn } from '../store/pending-sign-ins.ts';

/** The answer to whoever has proved the first factor only. */
export interface Challenge {
  readonly status: 'mfa_required';
  readonly mfaToken: string;
  readonly expiresIn: number;
  readonly methods: SecondFactorMethod[];
}

export const isChallenge = (outcome: object): outcome is Challenge => 'status' in outcome;

/** Puts down that a password was right, for whoever completes the sign-in within minutes. */
export const askForSecondFactor = async (
  { config, connection }: Ports,
  { userId, changedAt }: Credential,
  methods: readonly SecondFactorMethod[],
  replaces: string | null = null,
): Promise<Challenge> => {
  const mfaToken = newSecret();
  await insertPendingSignIn(connection.db, {
    tokenDigest: digestOf(mfaToken),
    userId,
    methods: ['pwd'],
    passwordSetAt: changedAt,
    replaces,
    expiresAt: new Date(Date.now() + config.pendingSignInMilliseconds),
  });
  const expiresIn = config.pendingSignInMilliseconds / 1_000;
  return { status: 'mfa_required', mfaToken, expiresIn, methods: [...methods] };
};
