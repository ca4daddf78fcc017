import type { OrganizationDomain } from '../store/organization-domains.ts';

/** The record by which an organization proves a domain. Several may stand side by side, one for each that tries. */
export const recordOf = ({ domain, token }: Pick<OrganizationDomain, 'domain' | 'token'>) => ({
  type: 'TXT' as const,
  name: `_rollcall-challenge.${domain}`,
  value: `rollcall-domain-verification=${token}`,
});

export const proves = (claim: Pick<OrganizationDomain, 'domain' | 'token'>, found: readonly string[]): boolean =>
  found.includes(recordOf(claim).value);

/** What to do about a proof that failed. */
export const whatIsMissing = (claim: OrganizationDomain, found: readonly string[]): string => {
  const { name, value } = recordOf(claim);
  return found.length === 0
    ? `There is no TXT record at ${name}.`
    : `Of the TXT records at ${name}, ${found.length} in all, none is ${value}`;
};
