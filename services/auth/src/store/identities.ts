import type { Queryable, Transaction } from '@rollcall/database/connect';
import { and, asc, eq, exists, notLike, or, sql } from 'drizzle-orm';
import { type Identified, organizationIssuerPrefix } from '../identities/provider.ts';
import { countPasskeys } from './passkeys.ts';
import { credentials } from './tables/credentials.ts';
import { identities } from './tables/identities.ts';
import { organizationProviders } from './tables/organizations.ts';

export type Identity = typeof identities.$inferSelect;
export type NewIdentity = Pick<Identity, 'id' | 'userId' | 'authType' | 'issuer' | 'externalId' | 'domain'>;

type Key = Pick<Identified, 'issuer' | 'externalId'>;

const keyed = ({ issuer, externalId }: Key) =>
  and(eq(identities.issuer, issuer), eq(identities.externalId, externalId));

/** Whose account somebody is known by to an issuer: by that alone, never by an address. */
export const findIdentity = async (db: Queryable, key: Key): Promise<Identity | undefined> => {
  const [identity] = await db.select().from(identities).where(keyed(key));
  return identity;
};

export const listIdentities = (db: Queryable, userId: string): Promise<Identity[]> =>
  db.select().from(identities).where(eq(identities.userId, userId)).orderBy(asc(identities.id));

/** @returns false when it is linked already, to whomever; of two who link it at once, one does. */
export const insertIdentity = async (tx: Transaction, identity: NewIdentity): Promise<boolean> => {
  const added = await tx
    .insert(identities)
    .values(identity)
    .onConflictDoNothing({ target: [identities.issuer, identities.externalId] })
    .returning({ id: identities.id });
  return added.length === 1;
};

/** Notes that it was signed in by; false when it was unlinked meanwhile, or is another person's. */
export const useIdentity = async (
  tx: Transaction,
  { id, userId }: Pick<Identity, 'id' | 'userId'>,
): Promise<boolean> => {
  const used = await tx
    .update(identities)
    .set({ lastUsedAt: sql`now()` })
    .where(and(eq(identities.id, id), eq(identities.userId, userId)))
    .returning({ id: identities.id });
  return used.length === 1;
};

export const deleteIdentity = async (tx: Transaction, userId: string, id: string): Promise<Identity | undefined> => {
  const [deleted] = await tx
    .delete(identities)
    .where(and(eq(identities.id, id), eq(identities.userId, userId)))
    .returning();
  return deleted;
};

/** By a provider of an organization only while that is there and switched on. */
const signsIn = or(
  notLike(identities.issuer, `${organizationIssuerPrefix}%`),
  exists(
    sql`(select 1 from ${organizationProviders} where ${organizationProviders.id}::text = ${identities.authType} and ${organizationProviders.enabled})`,
  ),
);

/** Is there anything that somebody could sign in with? */
export const hasWayIn = async (tx: Transaction, userId: string): Promise<boolean> => {
  const [credential] = await tx
    .select({ hasPassword: sql<boolean>`${credentials.passwordHash} is not null` })
    .from(credentials)
    .where(eq(credentials.userId, userId));
  if (credential?.hasPassword || (await countPasskeys(tx, userId)) > 0) return true;
  return (await tx.$count(identities, and(eq(identities.userId, userId), signsIn))) > 0;
};
