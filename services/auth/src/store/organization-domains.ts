import { standInLine } from '@rollcall/database/advisory-lock';
import type { Queryable, Transaction } from '@rollcall/database/connect';
import { and, asc, eq, inArray, isNotNull, lte, sql } from 'drizzle-orm';
import { organizationDomains } from './tables/organizations.ts';

export type OrganizationDomain = typeof organizationDomains.$inferSelect;
type NewDomain = Pick<OrganizationDomain, 'id' | 'organizationId' | 'domain' | 'token'>;

const tomorrow = sql`now() + interval '1 day'`;
const verified = isNotNull(organizationDomains.verifiedAt);
const claimed = (organizationId: string, domain: string) =>
  and(eq(organizationDomains.organizationId, organizationId), eq(organizationDomains.domain, domain));

export const listDomains = (db: Queryable, organizationId: string): Promise<OrganizationDomain[]> =>
  db
    .select()
    .from(organizationDomains)
    .where(eq(organizationDomains.organizationId, organizationId))
    .orderBy(asc(organizationDomains.domain));

/** The same; nobody else claims one for it until the transaction ends. */
export const listDomainsInLine = async (tx: Transaction, organizationId: string): Promise<OrganizationDomain[]> => {
  await standInLine(tx, `domains of ${organizationId}`);
  return listDomains(tx, organizationId);
};

export const findDomain = async (
  db: Queryable,
  organizationId: string,
  domain: string,
): Promise<OrganizationDomain | undefined> => {
  const [found] = await db.select().from(organizationDomains).where(claimed(organizationId, domain));
  return found;
};

/** Undefined where the organization has claimed it already. */
export const insertDomain = async (tx: Transaction, domain: NewDomain): Promise<OrganizationDomain | undefined> => {
  const [added] = await tx
    .insert(organizationDomains)
    .values(domain)
    .onConflictDoNothing({ target: [organizationDomains.organizationId, organizationDomains.domain] })
    .returning();
  return added;
};

/** All who claim a domain, one after the other of whom anything about it is settled. */
export const holdClaims = (tx: Transaction, domain: string): Promise<OrganizationDomain[]> =>
  tx
    .select()
    .from(organizationDomains)
    .where(eq(organizationDomains.domain, domain))
    .orderBy(asc(organizationDomains.id))
    .for('update');

export const markVerified = async (tx: Transaction, id: string): Promise<OrganizationDomain> => {
  const [proved] = await tx
    .update(organizationDomains)
    .set({
      verifiedAt: sql`coalesce(${organizationDomains.verifiedAt}, now())`,
      missingSince: null,
      lookAt: tomorrow,
    })
    .where(eq(organizationDomains.id, id))
    .returning();
  if (!proved) throw new Error('a domain that was held is gone');
  return proved;
};

/** One that was lost since it was looked up stays lost. */
export const markPresent = async (db: Queryable, id: string): Promise<void> => {
  await db
    .update(organizationDomains)
    .set({ missingSince: null, lookAt: tomorrow })
    .where(and(eq(organizationDomains.id, id), verified));
};

/** Undefined when it is verified no longer. */
export const markMissing = async (tx: Transaction, id: string): Promise<OrganizationDomain | undefined> => {
  const [missing] = await tx
    .update(organizationDomains)
    .set({ missingSince: sql`coalesce(${organizationDomains.missingSince}, now())`, lookAt: tomorrow })
    .where(and(eq(organizationDomains.id, id), verified))
    .returning();
  return missing;
};

export const markLost = async (tx: Transaction, id: string): Promise<void> => {
  await tx
    .update(organizationDomains)
    .set({ verifiedAt: null, missingSince: null })
    .where(eq(organizationDomains.id, id));
};

export const deleteDomain = async (
  tx: Transaction,
  organizationId: string,
  domain: string,
): Promise<OrganizationDomain | undefined> => {
  const [deleted] = await tx.delete(organizationDomains).where(claimed(organizationId, domain)).returning();
  return deleted;
};

/** The organization that has proved a domain. */
export const findHolder = async (db: Queryable, domain: string): Promise<string | undefined> => {
  const [holder] = await db
    .select({ organizationId: organizationDomains.organizationId })
    .from(organizationDomains)
    .where(and(eq(organizationDomains.domain, domain), verified));
  return holder?.organizationId;
};

/** Verified ones that it is time to look at, which nobody else is given for an hour. */
export const takeDue = (db: Queryable, limit: number): Promise<OrganizationDomain[]> => {
  const due = db
    .select({ id: organizationDomains.id })
    .from(organizationDomains)
    .where(and(verified, lte(organizationDomains.lookAt, sql`now()`)))
    .orderBy(asc(organizationDomains.lookAt))
    .limit(limit)
    .for('update', { skipLocked: true });
  return db
    .update(organizationDomains)
    .set({ lookAt: sql`now() + interval '1 hour'` })
    .where(inArray(organizationDomains.id, due))
    .returning();
};
