import type { Queryable, Transaction } from '@rollcall/database/connect';
import type { Emit } from '@rollcall/events/outbox';
import type { CallContext } from '@rollcall/service-kit/call-context';
import { recoveryCodeUsed } from '@rollcall/types/events/auth';
import type { secondFactorMethod } from '@rollcall/types/routes/auth/second-factors';
import { sql } from 'drizzle-orm';
import type { z } from 'zod';
import { sealOrigin } from '../personal-origin.ts';
import type { Ports } from '../ports.ts';
import { countRecoveryCodes, useRecoveryCode } from '../store/recovery-codes.ts';
import { hasSecondFactor, listTotpFactors, useTotpStep } from '../store/totp-factors.ts';
import { stepOfCode } from './totp.ts';

export type SecondFactorMethod = z.infer<typeof secondFactorMethod>;

export interface PresentedFactor {
  readonly method: SecondFactorMethod;
  readonly code: string;
}

/** A proof that is right, and not spent yet. */
export interface Proof {
  /** RFC 8176, as far as it has a word. */
  readonly methods: readonly string[];
  /** Spends it, with whatever it is good for; false when somebody else just did. */
  spend(tx: Transaction, emit: Emit): Promise<boolean>;
}

/** What somebody may prove a second factor with; none when they have no second factor. */
export const secondFactorsOf = async (db: Queryable, userId: string): Promise<readonly SecondFactorMethod[]> => {
  if (!(await hasSecondFactor(db, userId))) return [];
  const { left } = await countRecoveryCodes(db, userId);
  return left > 0 ? ['totp', 'recovery_code'] : ['totp'];
};

/** Is this code one of this person's second factors, now? Undefined when not. */
export const proveSecondFactor = (
  ports: Ports,
  userId: string,
  { method, code }: PresentedFactor,
  context: CallContext,
): Promise<Proof | undefined> =>
  method === 'totp' ? proveTotp(ports, userId, code) : proveRecoveryCode(ports, userId, code, context);

const proveTotp = async ({ connection, totpSeal }: Ports, userId: string, code: string): Promise<Proof | undefined> => {
  const seconds = await databaseSeconds(connection.db);
  for (const { id, sealedSecret, usedStep } of await listTotpFactors(connection.db, userId)) {
    const step = await stepOfCode(await totpSeal.open(id, sealedSecret), code, seconds, usedStep);
    if (step !== undefined) return { methods: ['otp', 'mfa'], spend: (tx) => useTotpStep(tx, id, step) };
  }
  return undefined;
};

/** The clock that all replicas share. */
export const databaseSeconds = async (db: Queryable): Promise<number> => {
  const [row] = await db.select({ seconds: sql`extract(epoch from now())`.mapWith(Number) }).from(sql`(select) one`);
  return Math.floor(row?.seconds ?? Number.NaN);
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
