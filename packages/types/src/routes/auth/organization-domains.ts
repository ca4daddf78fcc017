import { z } from 'zod';
import { entityId, instant } from '../../ids.ts';
import { defineRoute } from '../../route-definition.ts';
import { line } from '../../text.ts';

const service = 'auth';
const tag = 'Organizations';
const governors = {
  callers: [{ judged: 'admins of the organization' }, { permission: 'clients.manage' }],
  tag,
} as const;

const params = z.object({ organizationId: entityId });
const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
/** As DNS has it (RFC 5891 section 2.3.2.1). */
const domainName = z
  .string()
  .max(253)
  .regex(new RegExp(`^(?:${label}\\.)+${label}$`), 'must be a domain in ASCII and lower case');
const byName = { params: params.extend({ domain: domainName }) };

const organizationDomain = z.object({
  domain: z.string(),
  verified: z.boolean(),
  /** What to publish, and to leave there. */
  record: z.object({ type: z.literal('TXT'), name: z.string(), value: z.string() }),
  verifiedAt: instant.nullable(),
  /** Since when the record of a verified domain is gone; it counts as verified for some days more. */
  missingSince: instant.nullable(),
  createdAt: instant,
});

export const listOrganizationDomains = defineRoute({
  service,
  operationId: 'listOrganizationDomains',
  method: 'GET',
  path: '/v1/organizations/:organizationId/domains',
  summary: 'The domains that an organization says are its own, and those that it has proved',
  ...governors,
  rate: 'read',
  params,
  responses: { 200: z.object({ items: z.array(organizationDomain) }) },
  refusals: ['forbidden'],
});

export const claimOrganizationDomain = defineRoute({
  service,
  operationId: 'claimOrganizationDomain',
  method: 'POST',
  path: '/v1/organizations/:organizationId/domains',
  summary: 'Say that a domain is the organization’s own: the DNS record to publish, by which it is proved',
  ...governors,
  rate: 'write',
  params,
  /** As people write it; it is kept as DNS has it. */
  body: z.strictObject({ domain: line({ min: 1, max: 253 }) }),
  responses: { 201: organizationDomain },
  refusals: ['forbidden', 'too_many_domains'],
});

export const verifyOrganizationDomain = defineRoute({
  service,
  operationId: 'verifyOrganizationDomain',
  method: 'POST',
  path: '/v1/organizations/:organizationId/domains/:domain/verify',
  summary: 'Look the DNS record up now; a domain is proved by one organization at a time',
  ...governors,
  rate: 'write',
  ...byName,
  responses: { 200: organizationDomain },
  refusals: ['forbidden', 'domain_not_proved', 'domain_taken', 'resolver_unavailable'],
});

export const removeOrganizationDomain = defineRoute({
  service,
  operationId: 'removeOrganizationDomain',
  method: 'DELETE',
  path: '/v1/organizations/:organizationId/domains/:domain',
  summary: 'The organization’s providers speak for addresses of this domain no longer',
  ...governors,
  rate: 'write',
  ...byName,
  responses: { 200: z.object({ removed: z.literal(true) }) },
  refusals: ['forbidden'],
});
