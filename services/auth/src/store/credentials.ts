import type { Queryable, Transaction } from '@rollcall/database/connect';
import { emailKey, usernameKey } from '@rollcall/types/people';
import { and, desc, eq, isNotNull, isNull, lt, notInArray, type SQL, sql } from 'drizzle-orm';
import { credentials, passwordHistory } from './tables/credentials.ts';

export type Credential = typeof credentials.$inferSelect;

/** By e-mail address or username, whatever the case, or by id. Only confirmed credentials have the first two. */
export const credentialOf = (
  whose:
    | { readonly identifier: string }
    | { readonly userId: string }
    | { readonly factorsOf: string }
    | { readonly mailedTo: string },
): SQL => {
  if ('userId' in whose) return eq(credentials.userId, whose.userId);
  if ('factorsOf' in whose) return eq(credentials.userId, whose.factorsOf);
  if ('mailedTo' in whose) return eq(credentials.userId, whose.mailedTo);
  const { identifier } = whose;
  return identifier.includes('@')
    ? eq(credentials.emailKey, emailKey(identifier))
    : eq(credentials.usernameKey, usernameKey(identifier));
};

export const findCredential = async (db: Queryable, identifier: string): Promise<Credential | undefined> => {
  const [credential] = await db.select().from(credentials).where(credentialOf({ identifier }));
  return credential;
};

export const findCredentialOf = async (db: Queryable, userId: string): Promise<Credential | undefined> => {
  const [credential] = await db.select().from(credentials).where(eq(credentials.userId, userId));
  return credential;
};

/** Keeps a password for a sign-up, or that there is none; false when there is one already, which stays as it is. */
export const storePending = async (
  db: Queryable,
  userId: string,
  passwordHash: string | null,
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
 * @param lock `update` for whoever goes on to change it: two who share it and then want more would wait for each other
 * @param changedAt when the password that was checked was set; a stronger hash of the same one does not count
 * @returns false when it is unconfirmed or disabled, or has another password by now.
 */
export const holdUsable = async (
  tx: Transaction,
  userId: string,
  lock: 'share' | 'update',
  changedAt?: Date,
): Promise<boolean> => {
  const [credential] = await tx
    .select({ changedAt: credentials.changedAt })
    .from(credentials)
    .where(and(eq(credentials.userId, userId), isNull(credentials.disabledAt), isNotNull(credentials.emailKey)))
    .for(lock);
  return (
    credential !== undefined && (changedAt === undefined || credential.changedAt.getTime() === changedAt.getTime())
  );
};

/** Lets nobody else change or rely on a person's credential until the transaction ends. */
export const holdCredential = async (tx: Transaction, userId: string): Promise<void> => {
  await tx.select({ userId: credentials.userId }).from(credentials).where(eq(credentials.userId, userId)).for('update');
};

/** Puts a new password, or none, in place of the present one, and down which one that was; so many of those are kept. */
export const setPassword = async (
  tx: Transaction,
  userId: string,
  passwordHash: string | null,
  remembered: number,
): Promise<void> => {
  const present = await findCredentialOf(tx, userId);
  if (present?.passwordHash) await tx.insert(passwordHistory).values({ userId, passwordHash: present.passwordHash });
  const kept = tx
    .select({ id: passwordHistory.id })
    .from(passwordHistory)
    .where(eq(passwordHistory.userId, userId))
    .orderBy(desc(passwordHistory.id))
    .limit(remembered);
  await tx.delete(passwordHistory).where(and(eq(passwordHistory.userId, userId), notInArray(passwordHistory.id, kept)));
  await tx.update(credentials).set({ passwordHash, changedAt: sql`now()` }).where(eq(credentials.userId, userId));
};

/** Hashes of the present password, and of those before it that are remembered. */
export const listPasswords = async (db: Queryable, userId: string): Promise<string[]> => {
  const [present, former] = await Promise.all([
    findCredentialOf(db, userId),
    db.select().from(passwordHistory).where(eq(passwordHistory.userId, userId)).orderBy(desc(passwordHistory.id)),
  ]);
  return [...(present?.passwordHash ? [present.passwordHash] : []), ...former.map(({ passwordHash }) => passwordHash)];
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

/** Forgets somebody whose account never came to be, and by what they would have signed in. */
export const forgetPending = async (db: Queryable, userId: string): Promise<void> => {
  await db.delete(credentials).where(and(eq(credentials.userId, userId), isNull(credentials.emailKey)));
};

/** Forgets passwords whose sign-up was never confirmed. */
export const forgetUnconfirmed = async (db: Queryable): Promise<void> => {
  await db.delete(credentials).where(lt(credentials.expiresAt, sql`now()`));
};
