import { z } from 'zod';
import { defineEvent } from '../../event-definition.ts';
import { entityId, instant, userId } from '../../ids.ts';
import { ended, logged, sealedName } from './logged.ts';

const service = 'role-permission';

/**
 * Which plan, and how many seats it had when the organization got it; null for any number. `asOf`: when that happened of
 * which the billing system told last, if it ever told of anything.
 */
const plan = z.object({
  plan: z.string(),
  seats: z.int().nonnegative().nullable(),
  asOf: instant.optional(),
});

export const organizationCreated = defineEvent({
  type: 'organization.created',
  service,
  summary: 'An organization was founded; its first admin joined it by the same command.',
  data: { ...logged, name: sealedName, plan },
});

export const organizationRenamed = defineEvent({
  type: 'organization.renamed',
  service,
  summary: 'An organization got another name.',
  data: { ...logged, before: sealedName, after: sealedName },
});

export const organizationPlanChanged = defineEvent({
  type: 'organization.plan_changed',
  service,
  summary:
    'An organization went to another plan, or its plan to another number of seats, or the billing system told anew of it.',
  data: { ...logged, before: plan, after: plan },
});

const policies = z.object({
  /** Members have to prove a second factor before they do anything at all. */
  mfaRequired: z.boolean(),
});

export const organizationPoliciesChanged = defineEvent({
  type: 'organization.policies_changed',
  service,
  summary: 'An organization asks something else of its members.',
  data: { ...logged, before: policies, after: policies },
});

export const organizationDeleted = defineEvent({
  type: 'organization.deleted',
  service,
  summary: 'An organization was wiped out; all that belonged to it ended by the same command, event by event.',
  data: {
    ...logged,
    name: sealedName,
    plan,
    /** Who was its admin, and may have it back. */
    admins: z.array(userId),
  },
});

export const organizationPurged = defineEvent({
  type: 'organization.purged',
  service,
  summary: 'A deleted organization waited out its grace period: nobody can restore it or read its names any more.',
  data: { ...logged },
});

const membership = z.object({ admin: z.boolean(), validUntil: instant.nullable() });

const member = { userId };

export const organizationMemberAdded = defineEvent({
  type: 'organization.member_added',
  service,
  summary: 'Somebody became a member of an organization.',
  data: { ...logged, ...member, before: z.null(), after: membership },
});

export const organizationMemberChanged = defineEvent({
  type: 'organization.member_changed',
  service,
  summary: 'A member of an organization is one on other terms.',
  data: { ...logged, ...member, before: membership, after: membership },
});

export const organizationMemberRemoved = defineEvent({
  type: 'organization.member_removed',
  service,
  summary: 'Somebody is no longer a member of an organization.',
  data: { ...logged, ...ended, ...member, before: membership, after: z.null() },
});

const seat = { reservationId: entityId, validUntil: instant };

export const organizationSeatReserved = defineEvent({
  type: 'organization.seat_reserved',
  service,
  summary: 'A seat is kept for whoever was invited.',
  // How long it had been kept before, if it was.
  data: { ...logged, ...seat, before: instant.nullable().optional() },
});

export const organizationSeatReleased = defineEvent({
  type: 'organization.seat_released',
  service,
  summary: 'A seat that was kept is free again, or taken by who it was kept for.',
  data: { ...logged, ...ended, ...seat },
});
