import type { Recorded } from '@rollcall/event-store/log';
import type { DataOf, EventDefinition } from '@rollcall/types/event-definition';
import type * as groups from '@rollcall/types/events/role-permission/groups';
import type * as organizations from '@rollcall/types/events/role-permission/organizations';
import type * as people from '@rollcall/types/events/role-permission/people';
import type * as permissions from '@rollcall/types/events/role-permission/permissions';
import type * as projects from '@rollcall/types/events/role-permission/projects';
import type * as roles from '@rollcall/types/events/role-permission/roles';
import type * as teams from '@rollcall/types/events/role-permission/teams';

type Definitions = typeof groups &
  typeof organizations &
  typeof people &
  typeof permissions &
  typeof projects &
  typeof roles &
  typeof teams;

/** What an event says beside where it stands in the log: the log itself knows that. */
type Told<E extends EventDefinition> = Omit<DataOf<E>, 'revision' | 'commandId' | 'index'>;

type FactOfDefinition<E> =
  E extends EventDefinition<infer _D, infer _P, infer Type>
    ? { readonly type: Type; readonly subject: string; readonly data: Told<E> }
    : never;

/** What happened, and to what: the id of a user, organization, team, project or group, or the name of a permission or role. */
export type AccessFact = FactOfDefinition<Definitions[keyof Definitions]>;

export type FactType = AccessFact['type'];
export type FactOf<T extends FactType> = Extract<AccessFact, { readonly type: T }>;

/** Who and what caused a command and so its events. */
export interface Cause {
  /** A user id, or `service:<name>`. */
  readonly actor: string;
  /** The same for everything that follows from one request. */
  readonly correlationId: string;
  /** The event that the command answers. */
  readonly causationId?: string;
  readonly traceparent?: string;
}

/** A fact with its number among the events about its subject, from 1 without holes, and its cause. */
export type AccessEvent = AccessFact & { readonly subjectSequence: number; readonly cause: Cause };

export type RecordedAccessEvent = Recorded<AccessEvent>;
