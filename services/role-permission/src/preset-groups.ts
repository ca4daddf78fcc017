import type { GroupKind } from '@rollcall/types/groups';
import type { BuiltInPermission } from '@rollcall/types/permissions';
import type { PlanOffer } from './plans.ts';

export interface PresetGroup {
  readonly name: string;
  readonly description: string;
  readonly kind: GroupKind;
  readonly permissions: readonly BuiltInPermission[];
}

/** For those who run the product. */
const system: readonly PresetGroup[] = [
  {
    name: 'Account managers',
    description: 'Create, change and deactivate accounts.',
    kind: 'system',
    permissions: ['users.read', 'users.create', 'users.manage'],
  },
  {
    name: 'Access managers',
    description: 'Act as admins of every organization and project, and say who holds what.',
    kind: 'system',
    permissions: ['access.read', 'access.manage', 'permissions.read', 'groups.manage', 'roles.manage'],
  },
  {
    name: 'Support',
    description: 'Look into accounts and their history, and end sessions.',
    kind: 'system',
    permissions: ['users.read', 'sessions.manage', 'activity.read'],
  },
  {
    name: 'Operators',
    description: 'Keep events flowing and keys fresh.',
    kind: 'system',
    permissions: ['operations.manage', 'keys.manage'],
  },
];

/** An organization’s admins say which of their members are in these; what they give is for operators to say. */
const manageable: readonly PresetGroup[] = ['Managers', 'Editors', 'Viewers'].map((name) => ({
  name,
  description: `${name} of an organization, as its admins say.`,
  kind: 'manageable',
  permissions: [],
}));

/** The groups that a deployment begins with; who has bought a plan is in the one of its name. */
export const presetGroups = (plans: readonly PlanOffer[]): readonly PresetGroup[] => [
  ...plans.map(
    ({ plan }): PresetGroup => ({
      name: `Plan: ${plan}`.slice(0, 70),
      description: `Whoever has the plan ${plan}.`,
      kind: 'subscription',
      permissions: [],
    }),
  ),
  ...system,
  ...manageable,
];
