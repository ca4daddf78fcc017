import type { Queryable, Transaction } from '@rollcall/database/connect';
import { emailKey, usernameKey } from '@rollcall/types/people';
import { and, eq, isNotNull, isNull, lt, sql } from 'drizzle-orm';
import { credentials } from './schema.ts';

export type Credential = typeof credentials.$inferSelect;

/** By e-mail address or username, whatever the case; only confirmed credentials can be found. */
export const findCredential = async (db: Queryable, identifier: string): Promise<Credential | undefined> => {
  const matches = identifier.includes('@')
    ? eq(credentials.emailKey, emailKey(identifier))
    : eq(credentials.usernameKey, usernameKey(identifier));
  // A NUL reaches here as text that matches nothing would: Postgres itself refuses it.
  if (identifier.includes('\u0000')) return undefined;
  const [credential] = await db.select().from(credentials).where(matches);
  return credential;
};

export const findCredentialOf = async (db: Queryable, userId: string): Promise<Credential | undefined> => {
  const [credential] = await db.select().from(credentials).where(eq(credentials.userId, userId));
  return credential;
};

/** Keeps a password for a sign-up; false when there is one already, which stays as it is. */
export const storePending = async (
  db: Queryable,
  userId: string,
  passwordHash: string,
  expiresAt: Date,
): Promise<boolean> => {
  const stored = await db
    .insert(credentials)
    .values({ userId, passwordHash, expiresAt })
    .onConflictDoNothing()
    .returning({ userId: credentials.userId });
  return stored.length === 1;
};

/** The person is verified: the password can be found by their address and username. False when it was so before. */
export const activate = async (db: Queryable, userId: string, email: string, username: string): Promise<boolean> => {
  const activated = await db
    .update(credentials)
    .set({ emailKey: emailKey(email), usernameKey: usernameKey(username), expiresAt: null })
    .where(and(eq(credentials.userId, userId), isNull(credentials.emailKey)))
    .returning({ userId: credentials.userId });
  return activated.length === 1;
};

/**
 * Holds the credential as it is until the transaction ends: what is issued on the strength of it cannot slip past
 * someone who disables it or changes the password at the same moment.
 *
 * @returns false when it is disabled or its password is not `passwordHash` any more.
 */
export const holdUsable = async (tx: Transaction, userId: string, passwordHash?: string): Promise<boolean> => {
  const [credential] = await tx
    .select({ passwordHash: credentials.passwordHash })
    .from(credentials)
    .where(and(eq(credentials.userId, userId), isNull(credentials.disabledAt), isNotNull(credentials.emailKey)))
    .for('share');
  return credential !== undefined && (passwordHash === undefined || credential.passwordHash === passwordHash);
};

export const setPassword = async (tx: Queryable, userId: string, passwordHash: string): Promise<void> => {
  await tx.update(credentials).set({ passwordHash, changedAt: sql`now()` }).where(eq(credentials.userId, userId));
};

/** A stronger hash of the same password, unless the password has changed in the meantime. */
export const strengthenHash = async (db: Queryable, userId: string, from: string, to: string): Promise<void> => {
  await db
    .update(credentials)
    .set({ passwordHash: to })
    .where(and(eq(credentials.userId, userId), eq(credentials.passwordHash, from)));
};

/** @returns false when the person is unknown. */
export const setDisabled = async (tx: Transaction, userId: string, disabled: boolean): Promise<boolean> => {
  const changed = await tx
    .update(credentials)
    .set({ disabledAt: disabled ? sql`coalesce(${credentials.disabledAt}, now())` : null })
    .where(eq(credentials.userId, userId))
    .returning({ userId: credentials.userId });
  return changed.length === 1;
};

/** Forgets passwords whose sign-up was never confirmed. */
export const forgetUnconfirmed = async (db: Queryable): Promise<void> => {
  await db.delete(credentials).where(lt(credentials.expiresAt, sql`now()`));
};
