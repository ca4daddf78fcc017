import type { UserId } from '@rollcall/types/ids';
import { may, seesProject } from './authority.ts';
import { isCurrent } from './edges.ts';
import { isSuspended } from './holdings.ts';
import type { AccessState, Project } from './state.ts';
import { thingOf, userOf, userSubject } from './tuples.ts';

export interface ProjectMember {
  readonly id: string;
  readonly userId?: UserId;
  readonly teamId?: string;
  readonly validUntil: string | null;
}

/** The users and teams that are in a project now, from the first after the given subject on. */
export function* projectMembersOf(
  state: AccessState,
  projectId: string,
  now: number,
  after?: string,
): Generator<ProjectMember & { readonly subject: string }, void, undefined> {
  for (const [subject, edge] of state.edges.subjectsOf(`project:${projectId}`, 'member', after)) {
    if (!isCurrent(edge, now)) continue;
    const { validUntil } = edge;
    const userId = userOf(subject);
    if (userId !== undefined) yield { subject, id: userId, userId, validUntil };
    else {
      const teamId = thingOf(subject).slice('team:'.length);
      yield { subject, id: teamId, teamId, validUntil };
    }
  }
}

/** The projects that somebody may see, or those of one organization among them, by id. */
export function* projectsFor(
  state: AccessState,
  userId: string,
  now: number,
  organizationId: string | undefined,
  after?: string,
): Generator<Project & { readonly id: string }, void, undefined> {
  if (isSuspended(state, userId)) return;
  for (const id of candidates(state, userId, now, organizationId).sort()) {
    const project = state.projects.get(id);
    if (project && (after === undefined || id > after) && seesProject(state, userId, id, now)) yield { id, ...project };
  }
}

const candidates = (state: AccessState, userId: string, now: number, organizationId: string | undefined): string[] => {
  const ofSubject = (subject: string): readonly string[] =>
    [...state.edges.of(subject, 'project:')].map(([{ object }]) => object.slice('project:'.length));
  if (organizationId !== undefined) return [...ofSubject(`organization:${organizationId}`)];
  if (may(state, userId, 'access.read', now)) return [...state.projects.entries()].map(([id]) => id);
  const self = userSubject(userId);
  const through = [
    ...[...state.edges.of(self, 'team:')].map(([{ object }]) => `${object}#member`),
    ...[...state.edges.of(self, 'organization:')].map(([{ object }]) => object),
  ];
  return [...new Set([self, ...through].flatMap(ofSubject))];
};
