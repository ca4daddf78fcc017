import type { Transaction } from '@rollcall/database/connect';
import { and, eq, gte, isNull } from 'drizzle-orm';
import { hasSecondFactor } from './second-factors.ts';
import { passkeys, recoveryCodes, totpFactors } from './tables/factors.ts';
import { identities } from './tables/identities.ts';
import { oauthConsents } from './tables/oauth.ts';

/** What somebody could sign in by, or had let do something, and does so no longer. */
export interface TakenBack {
  readonly factors: readonly { readonly factorId: string; readonly kind: 'totp' | 'passkey' }[];
  readonly identities: readonly { readonly identityId: string; readonly authType: string }[];
  readonly consents: number;
}

/**
 * Takes back whatever was added to an account since a moment: second factors, recovery codes, accounts with providers,
 * consents. Whoever holds the credential calls it.
 */
export const takeBackSince = async (tx: Transaction, userId: string, since: Date): Promise<TakenBack> => {
  const totp = await tx
    .delete(totpFactors)
    .where(and(eq(totpFactors.userId, userId), gte(totpFactors.createdAt, since), isNull(totpFactors.expiresAt)))
    .returning({ factorId: totpFactors.id });
  // One that waits to be confirmed is nobody's factor yet, and nobody confirms it now.
  await tx.delete(totpFactors).where(and(eq(totpFactors.userId, userId), gte(totpFactors.createdAt, since)));
  const keys = await tx
    .delete(passkeys)
    .where(and(eq(passkeys.userId, userId), gte(passkeys.createdAt, since)))
    .returning({ factorId: passkeys.id });
  const linked = await tx
    .delete(identities)
    .where(and(eq(identities.userId, userId), gte(identities.createdAt, since)))
    .returning({ identityId: identities.id, authType: identities.authType });
  const consents = await tx
    .delete(oauthConsents)
    .where(and(eq(oauthConsents.userId, userId), gte(oauthConsents.givenAt, since)))
    .returning({ id: oauthConsents.id });
  // Codes take the place of a factor: without one there is nothing that they could take the place of.
  const isWithoutFactor = !(await hasSecondFactor(tx, userId));
  await tx
    .delete(recoveryCodes)
    .where(
      isWithoutFactor
        ? eq(recoveryCodes.userId, userId)
        : and(eq(recoveryCodes.userId, userId), gte(recoveryCodes.createdAt, since)),
    );
  return {
    factors: [
      ...totp.map(({ factorId }) => ({ factorId, kind: 'totp' as const })),
      ...keys.map(({ factorId }) => ({ factorId, kind: 'passkey' as const })),
    ],
    identities: linked,
    consents: consents.length,
  };
};
