import type { Queryable } from '@rollcall/database/connect';
import type { CallContext } from '@rollcall/service-kit/call-context';
import { recoveryCodeUsed } from '@rollcall/types/events/auth';
import type { PasskeyAssertion } from '@rollcall/types/routes/auth/passkeys';
import type { secondFactorMethod } from '@rollcall/types/routes/auth/sessions';
import type { z } from 'zod';
import { sealOrigin } from '../personal-origin.ts';
import type { Ports } from '../ports.ts';
import { databaseSeconds } from '../store/clock.ts';
import { useRecoveryCode } from '../store/recovery-codes.ts';
import { countSecondFactors, hasSecondFactor } from '../store/second-factors.ts';
import { listTotpFactors, useTotpStep } from '../store/totp-factors.ts';
import type { NoProof, Proof } from './proof.ts';
import { provePasskey } from './prove-passkey.ts';
import { stepOfCode } from './totp.ts';

export type SecondFactorMethod = z.infer<typeof secondFactorMethod>;

/** A code, or what a passkey has answered. */
export interface PresentedFactor {
  readonly method: SecondFactorMethod;
  readonly code?: string | undefined;
  readonly response?: PasskeyAssertion | undefined;
}

/** Whose second factor is awaited, by which pending sign-in. */
export interface Awaited {
  readonly userId: string;
  readonly tokenDigest: string;
}

/** What somebody may prove a second factor with; none when they have no second factor. */
export const secondFactorsOf = async (db: Queryable, userId: string): Promise<readonly SecondFactorMethod[]> => {
  const { totp, passkeys, recoveryCodes } = await countSecondFactors(db, userId);
  if (totp + passkeys === 0) return [];
  return [
    ...(passkeys > 0 ? (['passkey'] as const) : []),
    ...(totp > 0 ? (['totp'] as const) : []),
    ...(recoveryCodes > 0 ? (['recovery_code'] as const) : []),
  ];
};

const wrongCode: NoProof = { failed: 'wrong_code' };

/** Is what was presented one of this person's second factors, now? */
export const proveSecondFactor = async (
  ports: Ports,
  { userId, tokenDigest }: Awaited,
  { method, code = '', response }: PresentedFactor,
  context: CallContext,
): Promise<Proof | NoProof> => {
  if (method === 'totp') return (await proveTotp(ports, userId, code)) ?? wrongCode;
  if (method === 'recovery_code') return (await proveRecoveryCode(ports, userId, code, context)) ?? wrongCode;
  if (!response) return { failed: 'wrong_passkey' };
  const proof = await provePasskey(ports, { purpose: 'second_factor', askedBy: tokenDigest }, response, context);
  return proof.userId === userId ? proof : { failed: 'wrong_passkey' };
};

const proveTotp = async ({ connection, totpSeal }: Ports, userId: string, code: string): Promise<Proof | undefined> => {
  const seconds = await databaseSeconds(connection.db);
  for (const { id, sealedSecret, usedStep } of await listTotpFactors(connection.db, userId)) {
    const step = await stepOfCode(await totpSeal.open(id, sealedSecret), code, seconds, usedStep);
    if (step !== undefined) return { methods: ['otp', 'mfa'], spend: (tx) => useTotpStep(tx, id, step) };
  }
  return undefined;
};

const proveRecoveryCode = async (
  ports: Ports,
  userId: string,
  code: string,
  { hop, cause }: CallContext,
): Promise<Proof | undefined> => {
  // Without a second factor there is nothing that it could take the place of.
  if (!(await hasSecondFactor(ports.connection.db, userId))) return undefined;
  const origin = await sealOrigin(ports, userId, hop);
  return {
    methods: ['recovery_code', 'mfa'],
    spend: async (tx, emit) => {
      const used = await useRecoveryCode(tx, userId, ports.recoveryDigest(userId, code));
      if (!used) return false;
      await emit(recoveryCodeUsed, { subject: userId, data: used, ...origin, cause: { ...cause, actor: userId } });
      return true;
    },
  };
};
