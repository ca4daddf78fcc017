import { SortedMap } from '@rollcall/event-store/sorted-map';
import type { GroupKind } from '@rollcall/types/groups';
import { builtInPermissions } from '@rollcall/types/permissions';
import type { ProjectOwner } from '@rollcall/types/projects';
import { Edges } from './edges.ts';
import { wholeOf } from './tuples.ts';

export interface AccessUser {
  /** Denied everything, everywhere. */
  readonly suspended: boolean;
}

/** Names of organizations, teams and projects are sealed: only whoever has their key can read them. */
export interface Plan {
  readonly plan: string;
  /** As many as it had when the organization got it; null for any number. */
  readonly seats: number | null;
  /** When that happened of which the billing system told last; what happened before it changes nothing any more. */
  readonly asOf?: string | undefined;
}

/** When a thing came about, and when that which it is called or whose it is last changed: milliseconds since 1970, by the log's clock. */
export interface Times {
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface Organization extends Times {
  readonly name: string;
  readonly plan: Plan;
  /** Seats kept for the invited: by reservation, until when. */
  readonly reservations: SortedMap<string, string>;
}

export interface Team extends Times {
  readonly organizationId: string;
  readonly name: string;
}

export interface Project extends Times {
  readonly name: string;
  readonly owner: ProjectOwner;
}

export interface Group {
  readonly name: string;
  readonly description: string;
  readonly kind: GroupKind;
}

export interface Role {
  readonly name: string;
  readonly organizationId: string | null;
  readonly description: string;
}

/** What was deleted and can still come back, by the command that deleted it. */
export type DeletedItem = {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  readonly deletedBy: string;
  /** Milliseconds since 1970, by the log's clock. */
  readonly deletedAt: number;
  readonly position: number;
} & (
  | { readonly kind: 'organization'; readonly admins: readonly string[] }
  | { readonly kind: 'team'; readonly organizationId: string }
  | { readonly kind: 'project'; readonly owner: ProjectOwner }
);

/** The fold of the access log. Never changed in place: whoever holds a state may keep it. */
export interface AccessState {
  /** Position of the newest event. */
  readonly revision: number;
  readonly bootstrapped: boolean;
  readonly users: SortedMap<string, AccessUser>;
  /** Their descriptions, by name. */
  readonly permissions: SortedMap<string, string>;
  /** By `name` or `<organizationId>/<name>`. */
  readonly roles: SortedMap<string, Role>;
  readonly groups: SortedMap<string, Group>;
  readonly organizations: SortedMap<string, Organization>;
  readonly teams: SortedMap<string, Team>;
  readonly projects: SortedMap<string, Project>;
  /** Who is what to whom. */
  readonly edges: Edges;
  readonly deleted: SortedMap<string, DeletedItem>;
  /**
   * How many events there were about each subject. A user and a permission may bear the same name, and consumers count
   * by name alone: so does this.
   */
  readonly subjectSequences: SortedMap<string, number>;
}

const builtInDescriptions: ReadonlyMap<string, string> = new Map(Object.entries(builtInPermissions));

export const isBuiltIn = (permission: string): boolean => builtInDescriptions.has(permission);

/** What a permission is described as when no event has said anything about it: nothing unless it is built in. */
export const builtInDescription = (permission: string): string | undefined => builtInDescriptions.get(permission);

/**
 * The state before any event. It has the built-in permissions, so that those of a later version exist in every log
 * that is older than it.
 */
export const initialState = (): AccessState => ({
  revision: 0,
  bootstrapped: false,
  users: SortedMap.empty(),
  permissions: [...builtInDescriptions].reduce<SortedMap<string, string>>(
    (permissions, [name, description]) => permissions.set(name, description),
    SortedMap.empty(),
  ),
  roles: SortedMap.empty(),
  groups: SortedMap.empty(),
  organizations: SortedMap.empty(),
  teams: SortedMap.empty(),
  projects: SortedMap.empty(),
  edges: Edges.empty,
  deleted: SortedMap.empty(),
  subjectSequences: SortedMap.empty(),
});

/** The times of a thing that comes about, or back: then it is as old as it was. */
export const timesOfNew = ({ deleted }: AccessState, id: string, at: number): Times => ({
  createdAt: deleted.get(id)?.createdAt ?? at,
  updatedAt: at,
});

/** Is there such a thing? A permission within an organization is there when the permission is, a part of a group when the group is. */
export const exists = (state: AccessState, thing: string): boolean => {
  const colon = thing.indexOf(':');
  const [type, id] = [thing.slice(0, colon), thing.slice(colon + 1)];
  switch (type) {
    case 'user':
      return state.users.has(id);
    case 'permission':
      return state.permissions.has(id.slice(id.indexOf('/') + 1));
    case 'role':
      return state.roles.has(id);
    case 'group':
      return state.groups.has(wholeOf(thing).slice(colon + 1));
    case 'team':
      return state.teams.has(id);
    case 'project':
      return state.projects.has(id);
    case 'organization':
      return state.organizations.has(id);
    case 'policy':
      return id === 'second_factor';
    default:
      return false;
  }
};
