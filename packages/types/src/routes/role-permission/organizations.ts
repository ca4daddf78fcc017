import { z } from 'zod';
import { entityName } from '../../access-commands.ts';
import { entityId, instant, userId } from '../../ids.ts';
import { page, paging } from '../../paging.ts';
import { defineRoute } from '../../route-definition.ts';
import { revision, service, times, tried, until, write, written } from './shared.ts';

const tag = 'Organizations';
const params = z.object({ organizationId: entityId });
const member = z.object({ organizationId: entityId, userId });
const admins = [{ judged: 'admins of the organization' }, { permission: 'access.manage' }] as const;
const members = [{ judged: 'members of the organization' }, { permission: 'access.read' }] as const;

/** Names are null once their key is destroyed. */
const organization = z.object({ id: entityId, name: z.string().nullable() });

const membership = z.object({ userId, admin: z.boolean(), validUntil: instant.nullable() });

export const createOrganization = defineRoute({
  ...write,
  tag,
  operationId: 'createOrganization',
  method: 'POST',
  path: '/v1/organizations',
  summary: 'Found an organization, and become its admin',
  callers: ['user'],
  body: z.strictObject({ name: entityName }),
  responses: { 200: tried, 201: organization.extend({ revision }) },
  openAboutExistence: true,
});

export const listOrganizations = defineRoute({
  service,
  tag,
  operationId: 'listOrganizations',
  method: 'GET',
  path: '/v1/organizations',
  summary: 'The organizations that you belong to; all of them for holders of access.read',
  callers: ['user'],
  rate: 'read',
  query: z.strictObject(paging),
  responses: { 200: page(organization.extend({ ...times, admin: z.boolean() })) },
  refusals: ['invalid_cursor'],
});

export const readOrganization = defineRoute({
  service,
  tag,
  operationId: 'readOrganization',
  method: 'GET',
  path: '/v1/organizations/:organizationId',
  summary: 'An organization, with its members, teams and projects; for its admins also with its seats',
  callers: members,
  rate: 'read',
  params,
  responses: {
    200: organization.extend({
      ...times,
      revision,
      memberCount: z.int().nonnegative(),
      /** The first two hundred of each; the lists have them all. */
      members: z.array(membership),
      teams: z.array(z.object({ id: entityId, name: z.string().nullable() })),
      projects: z.array(z.object({ id: entityId, name: z.string().nullable() })),
      plan: z.string().optional(),
      seats: z.object({ taken: z.int(), of: z.int().nullable() }).optional(),
      reservations: z.array(z.object({ reservationId: entityId, validUntil: instant })).optional(),
    }),
  },
});

export const renameOrganization = defineRoute({
  ...write,
  tag,
  operationId: 'renameOrganization',
  method: 'PATCH',
  path: '/v1/organizations/:organizationId',
  summary: 'Give an organization another name',
  callers: admins,
  params,
  body: z.strictObject({ name: entityName }),
  responses: { 200: z.union([tried, written]) },
  refusals: ['forbidden'],
});

export const deleteOrganization = defineRoute({
  ...write,
  tag,
  operationId: 'deleteOrganization',
  method: 'DELETE',
  path: '/v1/organizations/:organizationId',
  summary: 'Wipe an organization out, with all that is its own; it can be restored for a while',
  callers: admins,
  params,
  responses: {
    200: z.union([
      tried,
      written.extend({
        /** How many of what ended. */
        report: z.object({
          members: z.int(),
          teams: z.int(),
          projects: z.int(),
          roles: z.int(),
          grants: z.int(),
          reservations: z.int(),
        }),
      }),
    ]),
  },
  refusals: ['too_much_at_once', 'forbidden'],
});

export const listOrganizationMembers = defineRoute({
  service,
  tag,
  operationId: 'listOrganizationMembers',
  method: 'GET',
  path: '/v1/organizations/:organizationId/members',
  summary: 'The members of an organization, admins among them',
  callers: members,
  rate: 'read',
  params,
  query: z.strictObject(paging),
  responses: { 200: page(membership).extend({ revision }) },
  refusals: ['invalid_cursor'],
});

export const addOrganizationMember = defineRoute({
  ...write,
  tag,
  operationId: 'addOrganizationMember',
  method: 'POST',
  path: '/v1/organizations/:organizationId/members',
  summary: 'Make somebody a member of an organization',
  callers: admins,
  params,
  body: z.strictObject({ userId, admin: z.boolean().optional(), reservationId: entityId.optional(), ...until }),
  responses: { 200: tried, 201: membership.extend({ id: userId, revision }) },
  refusals: ['forbidden', 'member_exists', 'user_suspended', 'seat_limit_reached', 'reservation_ended'],
});

export const changeOrganizationMember = defineRoute({
  ...write,
  tag,
  operationId: 'changeOrganizationMember',
  method: 'PATCH',
  path: '/v1/organizations/:organizationId/members/:userId',
  summary: 'Make a member an admin or no longer, or a member until another time',
  callers: admins,
  params: member,
  body: z.strictObject({ admin: z.boolean().optional(), ...until }),
  responses: { 200: z.union([tried, written]) },
  refusals: ['forbidden', 'last_admin'],
});

export const removeOrganizationMember = defineRoute({
  ...write,
  tag,
  operationId: 'removeOrganizationMember',
  method: 'DELETE',
  path: '/v1/organizations/:organizationId/members/:userId',
  summary: 'Remove a member, or leave; teams, roles and grants of the organization end with it',
  callers: ['self', ...admins],
  params: member,
  responses: { 200: z.union([tried, written]) },
  refusals: ['too_much_at_once', 'forbidden', 'last_admin'],
});
