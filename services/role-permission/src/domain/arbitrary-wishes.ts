import fc from 'fast-check';
import type { AccessIntent } from './commands.ts';
import { ada, ben, cleo, dan, noon, thing } from './scenario.ts';

const userId = fc.constantFrom(ada, ben, cleo, dan);
const organizationId = fc.constantFrom(thing(100), thing(101));
const teamId = fc.constantFrom(thing(200), thing(201), thing(202));
const projectId = fc.constantFrom(thing(300), thing(301));
const groupId = fc.constantFrom(thing(400), thing(401));
const permission = fc.constantFrom('reports.read', 'reports.write');
const name = fc.constantFrom('one', 'two', 'three');
const text = fc.constantFrom('x', 'y');
const scope = fc.option(organizationId, { nil: null });
const is = fc.constant;

const owner = fc.oneof(
  organizationId.map((id) => `organization:${id}` as const),
  userId.map((id) => `user:${id}` as const),
);
const seats = fc.constantFrom(null, null, 2, 3);
const plan = fc.record({ plan: is('any'), seats });
const asOf = fc.constantFrom('2026-03-01T12:00:00.000Z', '2026-03-01T13:00:00.000Z');

/** Any wish about the whole structure, among few enough things that they meet. */
const wishGiving = (validUntil: fc.Arbitrary<string | null>): fc.Arbitrary<AccessIntent> =>
  fc.oneof(
    fc.record({ type: is('createPermission' as const), name: permission, description: text }),
    fc.record({ type: is('describePermission' as const), name: permission, description: text }),
    fc.record({ type: is('deletePermission' as const), name: permission }),
    fc.record({ type: is('grantPermission' as const), userId, permission, organizationId: scope, validUntil }),
    fc.record({ type: is('grantPermission' as const), teamId, permission, organizationId: scope, validUntil }),
    fc.record({ type: is('grantPermission' as const), groupId, permission, organizationId: scope, validUntil }),
    fc.record({ type: is('revokePermission' as const), userId, permission, organizationId: scope }),
    fc.record({
      type: is('createRole' as const),
      name,
      description: text,
      permissions: fc.subarray(['reports.read', 'reports.write']),
      organizationId: scope,
    }),
    fc.record({ type: is('describeRole' as const), name, description: text, organizationId: scope }),
    fc.record({ type: is('deleteRole' as const), name, organizationId: scope }),
    fc.record({ type: is('assignRole' as const), userId, name, organizationId: scope, validUntil }),
    fc.record({ type: is('assignRole' as const), teamId, name, organizationId: scope, validUntil }),
    fc.record({ type: is('unassignRole' as const), userId, name, organizationId: scope }),
    fc.record({
      type: is('createGroup' as const),
      groupId,
      name,
      description: text,
      kind: fc.constantFrom('system', 'manageable'),
    }),
    fc.record({ type: is('describeGroup' as const), groupId, name }),
    fc.record({ type: is('deleteGroup' as const), groupId }),
    fc.record({ type: is('addGroupMember' as const), groupId, userId, organizationId: scope, validUntil }),
    fc.record({ type: is('removeGroupMember' as const), groupId, userId }),
    fc.record({
      type: is('setUserGroups' as const),
      userId,
      organizationId,
      groups: fc.subarray([thing(400), thing(401)]),
    }),
    { weight: 3, arbitrary: fc.record({ type: is('createOrganization' as const), organizationId, name: text, plan }) },
    fc.record({ type: is('renameOrganization' as const), organizationId, name: text }),
    fc.record({ type: is('setOrganizationPlan' as const), organizationId, plan: text, seats, asOf }),
    fc.record({ type: is('setOrganizationPolicies' as const), organizationId, mfaRequired: fc.boolean() }),
    fc.record({ type: is('deleteOrganization' as const), organizationId }),
    {
      weight: 4,
      arbitrary: fc.record({
        type: is('addOrganizationMember' as const),
        organizationId,
        userId,
        admin: fc.boolean(),
        validUntil,
      }),
    },
    fc.record({
      type: is('changeOrganizationMember' as const),
      organizationId,
      userId,
      admin: fc.boolean(),
      validUntil,
    }),
    fc.record({ type: is('removeOrganizationMember' as const), organizationId, userId }),
    fc.record({
      type: is('reserveSeat' as const),
      organizationId,
      reservationId: fc.constantFrom(thing(500), thing(501)),
      validUntil: validUntil.map((end) => end ?? '2999-01-01T00:00:00.000Z'),
    }),
    fc.record({
      type: is('releaseSeat' as const),
      organizationId,
      reservationId: fc.constantFrom(thing(500), thing(501)),
    }),
    { weight: 2, arbitrary: fc.record({ type: is('createTeam' as const), teamId, organizationId, name: text }) },
    fc.record({ type: is('renameTeam' as const), teamId, name: text }),
    fc.record({ type: is('deleteTeam' as const), teamId }),
    { weight: 3, arbitrary: fc.record({ type: is('addTeamMember' as const), teamId, userId, validUntil }) },
    fc.record({ type: is('changeTeamMember' as const), teamId, userId, validUntil }),
    fc.record({ type: is('removeTeamMember' as const), teamId, userId }),
    { weight: 2, arbitrary: fc.record({ type: is('createProject' as const), projectId, name: text, owner }) },
    fc.record({ type: is('renameProject' as const), projectId, name: text }),
    fc.record({ type: is('transferProject' as const), projectId, owner, name: text }),
    fc.record({ type: is('deleteProject' as const), projectId }),
    fc.record({ type: is('addProjectMember' as const), projectId, userId, validUntil }),
    fc.record({ type: is('addProjectMember' as const), projectId, teamId, validUntil }),
    fc.record({ type: is('removeProjectMember' as const), projectId, teamId }),
  );

/** Who wishes what, most of it by those who may. */
const wishesGiving = (validUntil: fc.Arbitrary<string | null>) =>
  fc.array(
    fc.record({
      wish: wishGiving(validUntil),
      by: fc.oneof({ weight: 3, arbitrary: is(ada) }, { weight: 2, arbitrary: userId }),
    }),
    { minLength: 1, maxLength: 80, size: 'max' },
  );

/** For good, or until after the end of the story. */
export const lastingWishes = wishesGiving(fc.constantFrom(null, null, '2999-01-01T00:00:00.000Z'));

/** For good, or until a time that some of the story comes after; some have passed before it. */
export const anyWishes = wishesGiving(
  fc.option(
    fc.integer({ min: -5, max: 240 }).map((minutes) => new Date(noon + minutes * 60_000).toISOString()),
    { nil: null, freq: 3 },
  ),
);
