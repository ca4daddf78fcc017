import { answer, type CallContext, handle } from '@rollcall/service-kit/call-context';
import { newId, newSecret } from '@rollcall/service-kit/identity';
import { domainClaimed, domainRemoved } from '@rollcall/types/events/auth';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import * as routes from '@rollcall/types/routes/auth/organization-domains';
import { domainName } from '../domains/domain-name.ts';
import { recordOf } from '../domains/proof.ts';
import { factsOf, verifyDomain } from '../domains/verify-domain.ts';
import type { Ports } from '../ports.ts';
import * as store from '../store/organization-domains.ts';
import { refuseUnlessGoverning } from './governed.ts';

export const organizationDomainHandlers = (ports: Ports) => [
  handle(routes.listOrganizationDomains, async ({ params: { organizationId } }, context) => {
    const refused = await refuseUnlessGoverning(ports, organizationId, context);
    if (refused) return refused;
    const domains = await store.listDomains(ports.connection.db, organizationId);
    return answer(200, { items: domains.map(described) });
  }),

  handle(routes.claimOrganizationDomain, async ({ params: { organizationId }, body }, context) => {
    const refused = await refuseUnlessGoverning(ports, organizationId, context);
    if (refused) return refused;
    const domain = domainName(body.domain);
    if (domain === undefined) return nobodysOwn;
    const claimed = await claim(ports, organizationId, domain, context);
    return isRefusal(claimed) ? claimed : answer(201, described(claimed));
  }),

  handle(routes.verifyOrganizationDomain, async ({ params: { organizationId, domain } }, context) => {
    const refused = await refuseUnlessGoverning(ports, organizationId, context);
    if (refused) return refused;
    const verified = await verifyDomain(ports, organizationId, domain, context.cause);
    return isRefusal(verified) ? verified : answer(200, described(verified));
  }),

  handle(routes.removeOrganizationDomain, async ({ params: { organizationId, domain } }, context) => {
    const refused = await refuseUnlessGoverning(ports, organizationId, context);
    if (refused) return refused;
    const removed = await ports.events.transact(async (tx, emit) => {
      const deleted = await store.deleteDomain(tx, organizationId, domain);
      if (deleted) await emit(domainRemoved, { subject: deleted.id, data: factsOf(deleted), cause: context.cause });
      return deleted !== undefined;
    });
    return removed ? answer(200, { removed: true }) : refuse('not_found');
  }),
];

const nobodysOwn = refuse('invalid_input', {
  errors: [{ pointer: '/body/domain', detail: 'must be a domain that can be somebody’s own, such as example.com' }],
});

/** Claimed twice, it is claimed once. */
const claim = (
  { config, events }: Ports,
  organizationId: string,
  domain: string,
  { cause }: CallContext,
): Promise<store.OrganizationDomain | Refusal> =>
  events.transact(async (tx, emit) => {
    const present = await store.listDomainsInLine(tx, organizationId);
    const known = present.find((one) => one.domain === domain);
    if (known) return known;
    if (present.length >= config.domainsEach) return refuse('too_many_domains');
    const added = await store.insertDomain(tx, { id: newId(), organizationId, domain, token: newSecret() });
    if (added) await emit(domainClaimed, { subject: added.id, data: factsOf(added), cause });
    return added ?? (await store.findDomain(tx, organizationId, domain)) ?? refuse('not_found');
  });

const described = (claimed: store.OrganizationDomain) => ({
  domain: claimed.domain,
  verified: claimed.verifiedAt !== null,
  record: recordOf(claimed),
  verifiedAt: claimed.verifiedAt?.toISOString() ?? null,
  missingSince: claimed.missingSince?.toISOString() ?? null,
  createdAt: claimed.createdAt.toISOString(),
});
