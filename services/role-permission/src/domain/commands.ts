import type { UserId } from '@rollcall/types/ids';
import type { Cause } from './events.ts';

interface Issued {
  /** Chosen once, where the request came in: a repeated command is told by it. A UUID. */
  readonly id: string;
  readonly cause: Cause;
}

/**
 * A registered person can be given rights. `mayBootstrap` says that this one may become the first administrator; it has
 * effect at most once per log.
 */
export interface AddUser extends Issued {
  readonly type: 'addUser';
  readonly userId: UserId;
  readonly mayBootstrap: boolean;
}

/** Somebody becomes an administrator on the authority of the machine's operator alone; whoever issues it judges that. */
export interface AppointAdmin extends Issued {
  readonly type: 'appointAdmin';
  readonly userId: UserId;
}

export interface CreatePermission extends Issued {
  readonly type: 'createPermission';
  readonly name: string;
  readonly description: string;
}

export interface DescribePermission extends Issued {
  readonly type: 'describePermission';
  readonly name: string;
  readonly description: string;
}

export interface DeletePermission extends Issued {
  readonly type: 'deletePermission';
  readonly name: string;
}

/** Gives a permission, or gives it for another time: the newest `validUntil` counts. */
export interface GrantPermission extends Issued {
  readonly type: 'grantPermission';
  readonly userId: UserId;
  readonly permission: string;
  /** ISO 8601 in UTC; null for as long as nobody revokes it. */
  readonly validUntil: string | null;
}

export interface RevokePermission extends Issued {
  readonly type: 'revokePermission';
  readonly userId: UserId;
  readonly permission: string;
}

export interface SuspendUser extends Issued {
  readonly type: 'suspendUser';
  readonly userId: UserId;
}

export interface RestoreUser extends Issued {
  readonly type: 'restoreUser';
  readonly userId: UserId;
}

export type AccessCommand =
  | AddUser
  | AppointAdmin
  | CreatePermission
  | DescribePermission
  | DeletePermission
  | GrantPermission
  | RevokePermission
  | SuspendUser
  | RestoreUser;
