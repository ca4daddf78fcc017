import type { Transaction } from '@rollcall/database/connect';
import type { Emit } from '@rollcall/events/outbox';
import type { Cause } from '@rollcall/service-kit/actor';
import { domainLost, domainVerified } from '@rollcall/types/events/auth';
import { type Refusal, refuse } from '@rollcall/types/problems';
import type { Ports } from '../ports.ts';
import * as store from '../store/organization-domains.ts';
import { proves, recordOf, whatIsMissing } from './proof.ts';

/**
 * Looks now whether a domain is proved. Of two organizations whose records are both there, the first keeps it; one whose
 * record is gone loses it to one whose record is there: whoever has the domain has said so.
 */
export const verifyDomain = async (
  { events, connection, lookUpTxt }: Pick<Ports, 'events' | 'connection' | 'lookUpTxt'>,
  organizationId: string,
  domain: string,
  cause: Cause,
): Promise<store.OrganizationDomain | Refusal> => {
  const claim = await store.findDomain(connection.db, organizationId, domain);
  if (!claim) return refuse('not_found');
  const found = await lookUpTxt(recordOf(claim).name);
  if (!found) return refuse('resolver_unavailable', { retryAfterSeconds: 30 });
  if (!proves(claim, found)) return refuse('domain_not_proved', { detail: whatIsMissing(claim, found) });
  return events.transact(async (tx, emit) => {
    const claims = await store.holdClaims(tx, domain);
    const own = claims.find((one) => one.id === claim.id);
    if (!own) return refuse('not_found');
    const holder = claims.find((one) => one.verifiedAt !== null && one.id !== own.id);
    if (holder && proves(holder, found)) return refuse('domain_taken');
    if (holder) await lose(tx, emit, holder, cause);
    if (own.verifiedAt === null) await emit(domainVerified, { subject: own.id, data: factsOf(own), cause });
    return store.markVerified(tx, own.id);
  });
};

/** From now on the organization's providers speak for addresses of the domain no longer. */
export const lose = async (
  tx: Transaction,
  emit: Emit,
  claim: store.OrganizationDomain,
  cause: Cause,
): Promise<void> => {
  await store.markLost(tx, claim.id);
  await emit(domainLost, { subject: claim.id, data: factsOf(claim), cause });
};

export const factsOf = ({ organizationId, domain }: store.OrganizationDomain) => ({ organizationId, domain });
