import { governs, governsProject, may, seesOrganization, seesProject } from './authority.ts';
import { seesGroup } from './group-queries.ts';
import type { AccessState } from './state.ts';
import { organizationIn } from './tuples.ts';

/** What a thing is, and its id. */
export const parts = (object: string): readonly [type: string, id: string] => {
  const colon = object.indexOf(':');
  return [object.slice(0, colon), object.slice(colon + 1)];
};

/** May somebody ask about anyone what they are to a thing? Whoever administers it may. */
export const administers = (state: AccessState, actor: string, object: string, now: number): boolean => {
  const [type, id] = parts(object);
  const within = organizationIn(object);
  switch (type) {
    case 'organization':
      return state.organizations.has(id) && governs(state, actor, id, now);
    case 'team': {
      const team = state.teams.get(id);
      return team !== undefined && governs(state, actor, team.organizationId, now);
    }
    case 'project':
      return governsProject(state, actor, id, now);
    case 'group':
      return within === undefined
        ? state.groups.has(id) && may(state, actor, 'groups.manage', now)
        : state.organizations.has(within) && governs(state, actor, within, now);
    case 'role':
      return within === undefined
        ? may(state, actor, 'roles.manage', now)
        : state.organizations.has(within) && governs(state, actor, within, now);
    case 'permission':
      return within === undefined
        ? may(state, actor, 'permissions.read', now)
        : state.organizations.has(within) && governs(state, actor, within, now);
    default:
      return false;
  }
};

/** May somebody know what a thing consists of? */
export const seesParts = (state: AccessState, actor: string, object: string, now: number): boolean => {
  const [type, id] = parts(object);
  if (may(state, actor, 'access.read', now) || administers(state, actor, object, now)) return true;
  switch (type) {
    case 'organization':
      return seesOrganization(state, actor, id, now);
    case 'team': {
      const team = state.teams.get(id);
      return team !== undefined && seesOrganization(state, actor, team.organizationId, now);
    }
    case 'project':
      return seesProject(state, actor, id, now);
    case 'group':
      return seesGroup(state, actor, id, now);
    default:
      return false;
  }
};
