import { standInLine } from '@rollcall/database/advisory-lock';
import type { Queryable, Transaction } from '@rollcall/database/connect';
import { and, asc, eq, sql } from 'drizzle-orm';
import { organizationProviders } from './tables/organizations.ts';

export type OrganizationProvider = typeof organizationProviders.$inferSelect;
type NewProvider = Omit<OrganizationProvider, 'version' | 'createdAt'>;
type Changes = Partial<Pick<OrganizationProvider, 'settings' | 'sealedSecret' | 'signUp' | 'enabled'>>;

const its = (organizationId: string, id: string) =>
  and(eq(organizationProviders.organizationId, organizationId), eq(organizationProviders.id, id));

export const listProviders = (db: Queryable, organizationId: string): Promise<OrganizationProvider[]> =>
  db
    .select()
    .from(organizationProviders)
    .where(eq(organizationProviders.organizationId, organizationId))
    .orderBy(asc(organizationProviders.id));

export const findProvider = async (
  db: Queryable,
  organizationId: string,
  id: string,
): Promise<OrganizationProvider | undefined> => {
  const [found] = await db.select().from(organizationProviders).where(its(organizationId, id));
  return found;
};

/** How many an organization has; nobody adds another one to it until the transaction ends. */
export const countProvidersOf = async (tx: Transaction, organizationId: string): Promise<number> => {
  await standInLine(tx, `providers of ${organizationId}`);
  return tx.$count(organizationProviders, eq(organizationProviders.organizationId, organizationId));
};

/** One that lets people in now, of whichever organization. */
export const findEnabledProvider = async (db: Queryable, id: string): Promise<OrganizationProvider | undefined> => {
  const [found] = await db
    .select()
    .from(organizationProviders)
    .where(and(eq(organizationProviders.id, id), eq(organizationProviders.enabled, true)));
  return found;
};

export const insertProvider = async (tx: Transaction, provider: NewProvider): Promise<OrganizationProvider> => {
  const [added] = await tx.insert(organizationProviders).values(provider).returning();
  if (!added) throw new Error('a provider was not stored');
  return added;
};

/** Lets nobody else change it until the transaction ends. */
export const holdProvider = async (
  tx: Transaction,
  organizationId: string,
  id: string,
): Promise<OrganizationProvider | undefined> => {
  const [found] = await tx.select().from(organizationProviders).where(its(organizationId, id)).for('update');
  return found;
};

export const changeProvider = async (tx: Transaction, id: string, changes: Changes): Promise<OrganizationProvider> => {
  const [changed] = await tx
    .update(organizationProviders)
    .set({ ...changes, version: sql`${organizationProviders.version} + 1` })
    .where(eq(organizationProviders.id, id))
    .returning();
  if (!changed) throw new Error('a provider that was held is gone');
  return changed;
};

export const deleteProvider = async (
  tx: Transaction,
  organizationId: string,
  id: string,
): Promise<OrganizationProvider | undefined> => {
  const [deleted] = await tx.delete(organizationProviders).where(its(organizationId, id)).returning();
  return deleted;
};
