import type { Recorded } from '@rollcall/event-store/log';
import type { DataOf, EventDefinition } from '@rollcall/types/event-definition';
import type * as catalogue from '@rollcall/types/events/role-permission';
import type { UserId } from '@rollcall/types/ids';

/** What an event says beside where it stands in the log: the log itself knows that. */
type Told<E extends EventDefinition> = Omit<DataOf<E>, 'revision' | 'commandId' | 'index'>;

type UserFact = { readonly subject: UserId } & (
  | { readonly type: 'access.bootstrapped'; readonly data: Told<typeof catalogue.accessBootstrapped> }
  | { readonly type: 'access.user_added'; readonly data: Told<typeof catalogue.accessUserAdded> }
  | { readonly type: 'permission.granted'; readonly data: Told<typeof catalogue.permissionGranted> }
  | { readonly type: 'permission.revoked'; readonly data: Told<typeof catalogue.permissionRevoked> }
  | { readonly type: 'user.suspended'; readonly data: Told<typeof catalogue.userSuspended> }
  | { readonly type: 'user.restored'; readonly data: Told<typeof catalogue.userRestored> }
);

/** The subject is the permission's name. */
type PermissionFact = { readonly subject: string } & (
  | { readonly type: 'permission.created'; readonly data: Told<typeof catalogue.permissionCreated> }
  | { readonly type: 'permission.described'; readonly data: Told<typeof catalogue.permissionDescribed> }
  | { readonly type: 'permission.deleted'; readonly data: Told<typeof catalogue.permissionDeleted> }
);

/** What happened, and to what. */
export type AccessFact = UserFact | PermissionFact;

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
