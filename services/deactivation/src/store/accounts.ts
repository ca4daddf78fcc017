import type { Queryable, Transaction } from '@rollcall/database/connect';
import type { Cause } from '@rollcall/service-kit/actor';
import { newId } from '@rollcall/service-kit/identity';
import type { ProblemCode } from '@rollcall/types/problems';
import { eq, sql } from 'drizzle-orm';
import { accounts } from './schema.ts';

export type Account = typeof accounts.$inferSelect;
export type Change = NonNullable<Account['pending']>;

export const statusAfter = { deactivating: 'deactivated', reactivating: 'active' } as const satisfies Record<
  Change,
  Account['status']
>;

const opposite = { deactivating: 'reactivating', reactivating: 'deactivating' } as const satisfies Record<
  Change,
  Change
>;

export interface ChangeRequest {
  readonly userId: string;
  readonly change: Change;
  readonly by: 'self' | 'administrator';
  readonly reason: string | null;
  readonly cause: Cause;
}

export const markRegistered = async (tx: Transaction, userId: string): Promise<void> => {
  await tx
    .insert(accounts)
    .values({ userId, registered: true })
    .onConflictDoUpdate({ target: accounts.userId, set: { registered: true } });
};

export const findAccount = async (db: Queryable, userId: string): Promise<Account | undefined> => {
  const [account] = await db.select().from(accounts).where(eq(accounts.userId, userId));
  return account;
};

/**
 * Stores what somebody wants of an account. Wanting the same again joins the request under way; wanting the opposite
 * replaces it, and the newest wish is what the account ends as.
 *
 * @returns the request to wait for, or null when the account is as wanted.
 */
export const storeRequest = async (tx: Transaction, request: ChangeRequest): Promise<string | null> => {
  const { userId, change, by, reason, cause } = request;
  const account = await lockOrMake(tx, userId, by === 'self');
  if (account.pending === change && account.requestId && !account.refused) return account.requestId;
  if (!account.pending && account.status === statusAfter[change] && account.registered) return null;

  const requestId = newId();
  await tx
    .update(accounts)
    .set({
      pending: change,
      requestId,
      contested: account.pending !== null,
      by,
      reason,
      cause,
      refused: null,
      attempts: 0,
      nextAttemptAt: sql`now()`,
      updatedAt: sql`now()`,
    })
    .where(eq(accounts.userId, userId));
  return requestId;
};

// Whoever acts for themselves is signed in, so they exist; of anybody else the other services know.
const lockOrMake = async (tx: Transaction, userId: string, registered: boolean): Promise<Account> => {
  const [account] = await tx
    .insert(accounts)
    .values({ userId, registered })
    .onConflictDoUpdate({
      target: accounts.userId,
      set: { registered: sql`${accounts.registered} or excluded.registered` },
    })
    .returning();
  if (!account) throw new Error('an account was neither made nor found');
  return account;
};

/** The change is done in every service. @returns the status before, or undefined when it is not the newest any more. */
export const concludeChange = async (
  tx: Transaction,
  carried: Account,
  change: Change,
): Promise<Account['status'] | undefined> => {
  const current = await lockIfNewest(tx, carried);
  if (!current) return undefined;
  await tx
    .update(accounts)
    .set({ ...settled, status: statusAfter[change], registered: true })
    .where(eq(accounts.userId, carried.userId));
  return current.status;
};

/**
 * The change was refused. If nothing had been done before it, the account stays as it was. Otherwise some doors may be
 * open and others shut, and the suspension is as the change before it left it, or the change could not have been
 * refused: so the account goes on to the opposite state, on the product's own account. Whoever was refused has no part
 * in that.
 */
export const takeBackChange = async (
  tx: Transaction,
  carried: Account & { readonly pending: Change },
  refused: ProblemCode,
  cause: Cause,
): Promise<void> => {
  if (!(await lockIfNewest(tx, carried))) return;
  await tx
    .update(accounts)
    .set(
      carried.contested
        ? { pending: opposite[carried.pending], by: null, reason: null, cause, refused, updatedAt: sql`now()` }
        : { ...settled, registered: true, refused },
    )
    .where(eq(accounts.userId, carried.userId));
};

/** Nobody knows this person: there is no account, and there never was a request. */
export const forgetAccount = async (tx: Transaction, carried: Account): Promise<void> => {
  if (await lockIfNewest(tx, carried)) await tx.delete(accounts).where(eq(accounts.userId, carried.userId));
};

const settled = {
  pending: null,
  contested: false,
  // The event has it, sealed; here it would outlive the person's key.
  reason: null,
  runner: null,
  leasedUntil: null,
  updatedAt: sql`now()`,
} as const;

/** A compare-and-set: only its own runner may end a request, and only while it is the newest. */
const lockIfNewest = async (
  tx: Transaction,
  { userId, requestId, pending, runner }: Account,
): Promise<Account | undefined> => {
  const [current] = await tx.select().from(accounts).where(eq(accounts.userId, userId)).for('update');
  const same = current?.requestId === requestId && current?.pending === pending && current?.runner === runner;
  return same ? current : undefined;
};
