import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findDomain, type OrganizationDomain } from '../store/organization-domains.ts';
import { organizationDomains } from '../store/tables/organizations.ts';
import {
  type AuthWithOrganizations,
  type OrganizationUnderTest,
  startAuthWithOrganizations,
} from '../testing/auth-with-organizations.ts';

let auth: AuthWithOrganizations;
beforeAll(async () => {
  auth = await startAuthWithOrganizations();
});
afterAll(() => auth.stop());

const day = 24 * 60 * 60 * 1_000;

const rowOf = async ({ id, domain }: OrganizationUnderTest): Promise<OrganizationDomain> => {
  const row = await findDomain(auth.connection.db, id, domain);
  if (!row) throw new Error('the domain is not there');
  return row;
};
const set = ({ domain }: OrganizationUnderTest, change: Partial<OrganizationDomain>) =>
  auth.connection.db.update(organizationDomains).set(change).where(eq(organizationDomains.domain, domain));
const missingForDays = (days: number) => ({ missingSince: new Date(Date.now() - days * day) });

/** Has the worker look now: a replica looks when it starts, and is through with a domain when it says when to look again. */
const lookNow = async (
  organization: OrganizationUnderTest,
  isSettled: (row: OrganizationDomain) => boolean,
): Promise<OrganizationDomain> => {
  await set(organization, { lookAt: new Date() });
  const replica = await auth.startReplica();
  await expect.poll(async () => isSettled(await rowOf(organization)), { timeout: 10_000 }).toBe(true);
  await replica.stop();
  return rowOf(organization);
};
const isForTomorrow = ({ lookAt }: OrganizationDomain) => lookAt.getTime() > Date.now() + 0.9 * day;
const isTaken = ({ lookAt }: OrganizationDomain) => lookAt.getTime() > Date.now() + 0.5 * (day / 24);

describe('a verified domain, looked at once a day', () => {
  it('stays verified as long as its record is there, and forgets that it was missing', async () => {
    const acme = await auth.found();
    await auth.prove(acme);
    await set(acme, missingForDays(2));
    expect(await lookNow(acme, isForTomorrow)).toMatchObject({ verifiedAt: expect.any(Date), missingSince: null });
  });

  it('stays verified for some days without its record, and no longer', async () => {
    const acme = await auth.found();
    const { name } = await auth.prove(acme);
    auth.dns.publish(name);
    const missing = await lookNow(acme, isForTomorrow);
    expect(missing).toMatchObject({ verifiedAt: expect.any(Date), missingSince: expect.any(Date) });
    await set(acme, missingForDays(3));
    expect(await lookNow(acme, ({ verifiedAt }) => verifiedAt === null)).toMatchObject({ missingSince: null });
    const told = await auth.eventsAbout(missing.id);
    expect(told.at(-1)).toMatchObject({ type: 'domain.lost', actor: 'service:auth', data: { domain: acme.domain } });
  });

  it('waits for no name servers but its own', async () => {
    const [acme, slow] = [await auth.found(), await auth.found()];
    await auth.prove(acme);
    auth.dns.ignore((await auth.prove(slow)).name);
    await set(slow, { lookAt: new Date(0) });
    await set(acme, { lookAt: new Date() });
    const replica = await auth.startReplica();
    await expect.poll(async () => isForTomorrow(await rowOf(acme)), { timeout: 2_000 }).toBe(true);
    expect(isForTomorrow(await rowOf(slow))).toBe(false);
    await replica.stop();
  });

  it('loses nothing while its name servers fail, however long its record was missing', async () => {
    const acme = await auth.found();
    const { name } = await auth.prove(acme);
    await set(acme, missingForDays(30));
    auth.dns.fail(name);
    expect(await lookNow(acme, isTaken)).toMatchObject({ verifiedAt: expect.any(Date) });
  });
});
