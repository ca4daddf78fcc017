import type { Queryable } from '@rollcall/database/connect';
import { and, eq, or } from 'drizzle-orm';
import type { Identity } from './identities.ts';
import { organizationAdmissions } from './tables/identities.ts';

/** A person, and what they are known by. */
export type Known = Pick<Identity, 'userId' | 'issuer' | 'externalId'>;

/** Did this person become a member of an organization by a provider of it before, or whoever had this identity then? */
export const wasAdmitted = async (
  db: Queryable,
  organizationId: string,
  { userId, issuer, externalId }: Known,
): Promise<boolean> => {
  const { organizationId: organization, userId: person, issuer: by, externalId: as } = organizationAdmissions;
  const known = or(eq(person, userId), and(eq(by, issuer), eq(as, externalId)));
  return (await db.$count(organizationAdmissions, and(eq(organization, organizationId), known))) > 0;
};

export const markAdmitted = async (
  db: Queryable,
  organizationId: string,
  { userId, issuer, externalId }: Known,
): Promise<void> => {
  await db.insert(organizationAdmissions).values({ organizationId, userId, issuer, externalId }).onConflictDoNothing();
};
