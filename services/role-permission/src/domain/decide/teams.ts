import type { UserId } from '@rollcall/types/ids';
import { type Refusal, refuse } from '@rollcall/types/problems';
import { governs, seesOrganization } from '../authority.ts';
import type { AccessFact } from '../events.ts';
import { isSuspended, membershipOf } from '../holdings.ts';
import type { AccessState, Team } from '../state.ts';
import { userOf, userSubject } from '../tuples.ts';
import type { Decide, Moment } from './deciding.ts';
import { revocationsFrom } from './permissions.ts';
import { projectMemberRemoval } from './projects.ts';
import { unassignmentsFrom } from './roles.ts';
import { namesNothing, pastEnd, sameInstant, takenId } from './terms.ts';

export const createTeam: Decide<'createTeam'> = (state, { teamId, organizationId, name }, { actor, now }) => {
  if (!seesOrganization(state, actor, organizationId, now)) return refuse('not_found');
  if (!governs(state, actor, organizationId, now)) return refuse('forbidden');
  return takenId(state, teamId) ?? [{ type: 'team.created', subject: teamId, data: { organizationId, name } }];
};

export const renameTeam: Decide<'renameTeam'> = (state, { teamId, name }, moment) => {
  const team = governed(state, teamId, moment);
  if ('refused' in team) return team;
  if (team.name === name) return [];
  return [
    {
      type: 'team.renamed',
      subject: teamId,
      data: { organizationId: team.organizationId, before: team.name, after: name },
    },
  ];
};

export const deleteTeam: Decide<'deleteTeam'> = (state, { teamId }, moment) => {
  const team = governed(state, teamId, moment);
  return 'refused' in team ? team : teamDeletion(state, teamId);
};

/** Members of a team are members of its organization. */
export const addTeamMember: Decide<'addTeamMember'> = (state, wish, moment) => {
  const { teamId, userId } = wish;
  const team = governed(state, teamId, moment);
  if ('refused' in team) return team;
  if (!membershipOf(state, team.organizationId, userId)) {
    return state.users.has(userId) ? refuse('not_in_organization') : namesNothing('/userId', 'user');
  }
  if (isSuspended(state, userId)) return refuse('user_suspended');
  const validUntil = wish.validUntil ?? null;
  const past = pastEnd(validUntil, moment.now);
  if (past) return past;
  const edge = memberEdge(state, teamId, userId);
  if (edge) return sameInstant(edge.validUntil, validUntil) ? [] : refuse('member_exists');
  const data = { organizationId: team.organizationId, userId, before: null, after: { validUntil } };
  return [{ type: 'team.member_added', subject: teamId, data }];
};

export const changeTeamMember: Decide<'changeTeamMember'> = (state, wish, moment) => {
  const { teamId, userId } = wish;
  const team = governed(state, teamId, moment);
  if ('refused' in team) return team;
  const edge = memberEdge(state, teamId, userId);
  if (!edge) return refuse('not_found');
  const validUntil = wish.validUntil === undefined ? edge.validUntil : wish.validUntil;
  if (sameInstant(edge.validUntil, validUntil)) return [];
  const past = pastEnd(validUntil, moment.now);
  if (past) return past;
  const { organizationId } = team;
  const data = { organizationId, userId, before: { validUntil: edge.validUntil }, after: { validUntil } };
  return [{ type: 'team.member_changed', subject: teamId, data }];
};

export const removeTeamMember: Decide<'removeTeamMember'> = (state, { teamId, userId }, moment) => {
  const team = seen(state, teamId, moment);
  if ('refused' in team) return team;
  if (moment.actor !== userId && !governs(state, moment.actor, team.organizationId, moment.now)) {
    return refuse('forbidden');
  }
  return teamMemberRemoval(state, teamId, userId);
};

/** The end of a team, of its members and of all that it was given. */
export const teamDeletion = (state: AccessState, teamId: string): readonly AccessFact[] => {
  const team = state.teams.get(teamId);
  if (!team) return [];
  const subject = `team:${teamId}#member`;
  return [
    ...[...state.edges.of(subject, 'project:')].flatMap(([{ object }]) =>
      projectMemberRemoval(state, object.slice('project:'.length), subject),
    ),
    ...unassignmentsFrom(state, subject),
    ...revocationsFrom(state, subject),
    ...[...state.edges.subjectsOf(`team:${teamId}`, 'member')].flatMap(([member]) => {
      const userId = userOf(member);
      return userId === undefined ? [] : teamMemberRemoval(state, teamId, userId);
    }),
    { type: 'team.deleted', subject: teamId, data: team },
  ];
};

export const teamMemberRemoval = (state: AccessState, subject: string, userId: UserId): readonly AccessFact[] => {
  const edge = memberEdge(state, subject, userId);
  const organizationId = state.teams.get(subject)?.organizationId;
  if (!edge || organizationId === undefined) return [];
  const data = { organizationId, userId, before: { validUntil: edge.validUntil }, after: null };
  return [{ type: 'team.member_removed', subject, data }];
};

const memberEdge = (state: AccessState, teamId: string, userId: string) =>
  state.edges.get({ object: `team:${teamId}`, relation: 'member', subject: userSubject(userId) });

const seen = (state: AccessState, teamId: string, { actor, now }: Moment): Team | Refusal => {
  const team = state.teams.get(teamId);
  return team && seesOrganization(state, actor, team.organizationId, now) ? team : refuse('not_found');
};

const governed = (state: AccessState, teamId: string, moment: Moment): Team | Refusal => {
  const team = seen(state, teamId, moment);
  if ('refused' in team) return team;
  return governs(state, moment.actor, team.organizationId, moment.now) ? team : refuse('forbidden');
};
