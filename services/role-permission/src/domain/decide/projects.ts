import { type Refusal, refuse } from '@rollcall/types/problems';
import { governsProject, may, mayHandTo, seesOrganization, seesProject } from '../authority.ts';
import type { WishOf } from '../commands.ts';
import type { AccessFact, FactOf } from '../events.ts';
import { belongsSomewhere, isMember, isSuspended } from '../holdings.ts';
import { type AccessState, exists, type Project } from '../state.ts';
import { asSubject, thingOf, userOf, userSubject } from '../tuples.ts';
import type { Decide, Moment } from './deciding.ts';
import { namesNothing, pastEnd, sameInstant, takenId } from './terms.ts';

/** For oneself, or for an organization that one belongs to; who founds one for an organization is in it. */
export const createProject: Decide<'createProject'> = (state, { projectId, name, owner }, { actor, now }) => {
  const organizationId = organizationOf(owner);
  if (organizationId !== undefined) {
    if (!seesOrganization(state, actor, organizationId, now)) return namesNothing('/owner', 'organization of yours');
  } else if (owner !== userSubject(actor)) {
    const mayName = may(state, actor, 'access.manage', now) && state.users.has(userOf(owner) ?? '');
    if (!mayName) return namesNothing('/owner', 'owner that you may name');
  } else if (!belongsSomewhere(state, actor, now) && !may(state, actor, 'access.manage', now)) {
    return refuse('organization_needed');
  }
  const taken = takenId(state, projectId);
  if (taken) return taken;
  const created: AccessFact = { type: 'project.created', subject: projectId, data: { name, owner } };
  if (organizationId === undefined || !isMember(state, organizationId, actor, now)) return [created];
  const data = { owner, member: memberOf(userSubject(actor)), before: null, after: { validUntil: null } };
  return [created, { type: 'project.member_added', subject: projectId, data }];
};

export const renameProject: Decide<'renameProject'> = (state, { projectId, name }, moment) => {
  const project = governed(state, projectId, moment);
  if ('refused' in project) return project;
  if (project.name === name) return [];
  return [
    { type: 'project.renamed', subject: projectId, data: { owner: project.owner, before: project.name, after: name } },
  ];
};

export const deleteProject: Decide<'deleteProject'> = (state, { projectId }, moment) => {
  const project = governed(state, projectId, moment);
  return 'refused' in project ? project : projectDeletion(state, projectId);
};

/** To an organization that one belongs to, or to somebody with whom one belongs to an organization. */
export const transferProject: Decide<'transferProject'> = (state, { projectId, owner, name }, moment) => {
  const project = governed(state, projectId, moment);
  if ('refused' in project) return project;
  if (project.owner === owner) return [];
  if (!exists(state, owner) || !mayHandTo(state, moment.actor, owner, moment.now)) {
    return namesNothing('/owner', 'organization or colleague of yours');
  }
  const before = { owner: project.owner, name: project.name };
  return [{ type: 'project.transferred', subject: projectId, data: { before, after: { owner, name } } }];
};

export const addProjectMember: Decide<'addProjectMember'> = (state, wish, moment) => {
  const found = memberIn(state, wish, moment);
  if ('refused' in found) return found;
  const { owner, member, edge } = found;
  if (wish.userId !== undefined && !state.users.has(wish.userId)) return namesNothing('/userId', 'user');
  if (wish.userId !== undefined && isSuspended(state, wish.userId)) return refuse('user_suspended');
  if (wish.teamId !== undefined) {
    const team = state.teams.get(wish.teamId);
    if (!team || !seesOrganization(state, moment.actor, team.organizationId, moment.now)) {
      return namesNothing('/teamId', 'team that you may see');
    }
  }
  const validUntil = wish.validUntil ?? null;
  const past = pastEnd(validUntil, moment.now);
  if (past) return past;
  if (edge) return sameInstant(edge.validUntil, validUntil) ? [] : refuse('member_exists');
  const data = { owner, member, before: null, after: { validUntil } };
  return [{ type: 'project.member_added', subject: wish.projectId, data }];
};

export const changeProjectMember: Decide<'changeProjectMember'> = (state, wish, moment) => {
  const found = memberIn(state, wish, moment);
  if ('refused' in found) return found;
  const { owner, member, edge } = found;
  if (!edge) return refuse('not_found');
  const validUntil = wish.validUntil === undefined ? edge.validUntil : wish.validUntil;
  if (sameInstant(edge.validUntil, validUntil)) return [];
  const past = pastEnd(validUntil, moment.now);
  if (past) return past;
  const data = { owner, member, before: { validUntil: edge.validUntil }, after: { validUntil } };
  return [{ type: 'project.member_changed', subject: wish.projectId, data }];
};

export const removeProjectMember: Decide<'removeProjectMember'> = (state, wish, { actor, now }) => {
  if (!seesProject(state, actor, wish.projectId, now)) return refuse('not_found');
  if (wish.userId !== actor && !governsProject(state, actor, wish.projectId, now)) return refuse('forbidden');
  return projectMemberRemoval(state, wish.projectId, asSubject(thingIn(wish)));
};

/** The end of a project and of who is in it. */
export const projectDeletion = (state: AccessState, projectId: string): readonly AccessFact[] => {
  const project = state.projects.get(projectId);
  if (!project) return [];
  const data = { name: project.name, owner: project.owner };
  return [
    ...[...state.edges.subjectsOf(`project:${projectId}`, 'member')].flatMap(([member]) =>
      projectMemberRemoval(state, projectId, member),
    ),
    { type: 'project.deleted', subject: projectId, data },
  ];
};

export const projectMemberRemoval = (state: AccessState, projectId: string, subject: string): readonly AccessFact[] => {
  const edge = state.edges.get({ object: `project:${projectId}`, relation: 'member', subject });
  const project = state.projects.get(projectId);
  if (!edge || !project) return [];
  const { owner } = project;
  const data = { owner, member: memberOf(thingOf(subject)), before: { validUntil: edge.validUntil }, after: null };
  return [{ type: 'project.member_removed', subject: projectId, data }];
};

const governed = (state: AccessState, projectId: string, { actor, now }: Moment): Project | Refusal => {
  const project = state.projects.get(projectId);
  if (!project || !seesProject(state, actor, projectId, now)) return refuse('not_found');
  return governsProject(state, actor, projectId, now) ? project : refuse('forbidden');
};

const memberIn = (
  state: AccessState,
  wish: WishOf<'addProjectMember'> | WishOf<'changeProjectMember'>,
  moment: Moment,
) => {
  const project = governed(state, wish.projectId, moment);
  if ('refused' in project) return project;
  const thing = thingIn(wish);
  const tuple = { object: `project:${wish.projectId}`, relation: 'member', subject: asSubject(thing) };
  return { owner: project.owner, member: memberOf(thing), edge: state.edges.get(tuple) };
};

const thingIn = ({ userId, teamId }: Pick<WishOf<'removeProjectMember'>, 'userId' | 'teamId'>): string =>
  teamId === undefined ? userSubject(userId ?? '') : `team:${teamId}`;

const organizationOf = (owner: string): string | undefined =>
  owner.startsWith('organization:') ? owner.slice('organization:'.length) : undefined;

const memberOf = (thing: string): FactOf<'project.member_added'>['data']['member'] =>
  thing.startsWith('team:') ? `team:${thing.slice('team:'.length)}` : `user:${userOf(thing) ?? ''}`;
