import type { Concern } from '@rollcall/types/access-sight';
import type { AccessEvent, AccessFact, FactType } from './events.ts';
import { userOf } from './tuples.ts';

/**
 * Who of an organization sees an event about it: its members where they can read what it tells of (its name, its
 * members, its teams and their members, its projects), its admins alone where only they can; nobody where it is never about one.
 */
const audiences: Readonly<Record<FactType, 'members' | 'admins' | 'nobody'>> = {
  'access.bootstrapped': 'nobody',
  'access.user_added': 'nobody',
  'user.suspended': 'nobody',
  'user.restored': 'nobody',
  'permission.created': 'nobody',
  'permission.described': 'nobody',
  'permission.deleted': 'nobody',
  'permission.granted': 'admins',
  'permission.revoked': 'admins',
  'role.created': 'admins',
  'role.described': 'admins',
  'role.deleted': 'admins',
  'role.assigned': 'admins',
  'role.unassigned': 'admins',
  'group.created': 'nobody',
  'group.described': 'nobody',
  'group.deleted': 'nobody',
  'group.member_added': 'admins',
  'group.member_changed': 'admins',
  'group.member_removed': 'admins',
  'organization.created': 'members',
  'organization.renamed': 'members',
  'organization.plan_changed': 'admins',
  'organization.policies_changed': 'members',
  'organization.deleted': 'members',
  'organization.purged': 'members',
  'organization.member_added': 'members',
  'organization.member_changed': 'members',
  'organization.member_removed': 'members',
  'organization.seat_reserved': 'admins',
  'organization.seat_released': 'admins',
  'team.created': 'members',
  'team.renamed': 'members',
  'team.deleted': 'members',
  'team.purged': 'members',
  'team.member_added': 'members',
  'team.member_changed': 'members',
  'team.member_removed': 'members',
  'project.created': 'members',
  'project.renamed': 'members',
  'project.transferred': 'members',
  'project.deleted': 'members',
  'project.purged': 'members',
  'project.member_added': 'admins',
  'project.member_changed': 'admins',
  'project.member_removed': 'admins',
};

/** Whom an event concerns; what follows from it for who may see it says `Sight`. */
export const concernOf = (event: AccessFact & Pick<AccessEvent, 'cause'>): Concern => {
  const owners = ownersIn(event);
  return {
    users: [...new Set([event.cause.actor, ...usersIn(event), ...usersAmong(owners)])],
    organizations: [...new Set(organizationsIn(event, owners))],
    isForAdmins: audiences[event.type] !== 'members',
    project: event.type.startsWith('project.') ? { id: event.subject, owners } : null,
  };
};

/** Whose a project is, before and after. */
const ownersIn = ({ type, data }: AccessFact): readonly string[] => {
  if (type === 'project.transferred') return [...new Set([data.before.owner, data.after.owner])];
  return 'owner' in data ? [data.owner] : [];
};

const usersIn = ({ type, subject, data }: AccessFact): readonly string[] => {
  // Ids of other things, and names, may be the same as somebody’s id: only who is meant as a person is one.
  if ('userId' in data) return [data.userId];
  if ('member' in data) return usersAmong([data.member]);
  if ('assignee' in data) return usersAmong([data.assignee]);
  const isGrant = type === 'permission.granted' || type === 'permission.revoked';
  const isOfUser = isGrant ? (data.holder ?? 'user') === 'user' : /^(?:access|user)\./.test(type);
  return isOfUser ? [subject] : [];
};

const organizationsIn = ({ type, subject, data }: AccessFact, owners: readonly string[]): readonly string[] => {
  if (type.startsWith('organization.')) return [subject];
  if ('organizationId' in data && typeof data.organizationId === 'string') return [data.organizationId];
  // A role within an organization is called `<organizationId>/<name>`.
  if (type.startsWith('role.') && subject.includes('/')) return [subject.slice(0, subject.indexOf('/'))];
  return owners
    .filter((owner) => owner.startsWith('organization:'))
    .map((owner) => owner.slice('organization:'.length));
};

const usersAmong = (things: readonly string[]): readonly string[] => things.flatMap((thing) => userOf(thing) ?? []);
