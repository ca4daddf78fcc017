import type { AccessCommandFields, AccessCommandName } from '@rollcall/types/access-commands';
import type { UserId } from '@rollcall/types/ids';
import type { Cause, RecordedAccessEvent } from './events.ts';
import type { Group, Plan } from './state.ts';

/** What some wishes need that only the edge can tell: ids of new things, sealed names, what plans there are. */
interface Prepared {
  readonly createGroup: { readonly groupId: string };
  readonly createOrganization: { readonly organizationId: string; readonly plan: Plan };
  readonly createTeam: { readonly teamId: string };
  readonly createProject: { readonly projectId: string };
  /** `asOf` is for the billing system to say: when that happened of which it tells. */
  readonly setOrganizationPlan: { readonly seats: number | null; readonly asOf?: string };
  /** The name, sealed once more under the key of the new owner. */
  readonly transferProject: { readonly name: string };
}

/**
 * A wish of a client about access, ready to be decided. Names of organizations, teams and projects are sealed; one whose
 * name could not be is about something that was not there.
 */
export type AccessWish = {
  readonly [Name in AccessCommandName]: { readonly type: Name; readonly unsealed?: true } & Omit<
    AccessCommandFields<Name>,
    Name extends keyof Prepared ? keyof Prepared[Name] : never
  > &
    (Name extends keyof Prepared ? Prepared[Name] : unknown);
}[AccessCommandName];

export type WishOf<Name extends AccessCommandName> = Extract<AccessWish, { readonly type: Name }>;

/** A group to be, with the permissions that it is granted. */
export interface NewGroup extends Group {
  readonly groupId: string;
  readonly permissions: readonly string[];
}

/**
 * What only the product asks for.
 *
 * - `addUser`: a registered person can be given rights; one who `mayBootstrap` may become the first administrator, once.
 * - `appointAdmin`: somebody becomes an administrator on the authority of the machine's operator alone.
 * - `setUpGroups`: groups come about that are not there yet by their names, with what they are granted.
 * - `expire`: what somebody was given ends, if its time has come.
 * - `keepSeat`: an organization keeps a seat for somebody who is about to be let into it.
 * - `admitMember`: somebody becomes a member whom an identity provider of the organization knows; the seat that is kept for
 *   them becomes theirs.
 */
export type ProductCommand =
  | { readonly type: 'addUser'; readonly userId: string; readonly mayBootstrap: boolean }
  | { readonly type: 'appointAdmin'; readonly userId: string }
  | { readonly type: 'setUpGroups'; readonly groups: readonly NewGroup[] }
  | { readonly type: 'suspendUser'; readonly userId: string }
  | { readonly type: 'restoreUser'; readonly userId: string }
  | { readonly type: 'expire'; readonly key: string }
  | { readonly type: 'purge'; readonly itemId: string }
  | {
      readonly type: 'keepSeat';
      readonly organizationId: string;
      readonly userId: UserId;
      readonly validUntil: string;
    }
  | { readonly type: 'admitMember'; readonly organizationId: string; readonly userId: UserId };

/** Wishes that come about together or not at all. */
export interface Batch {
  readonly type: 'batch';
  readonly wishes: readonly AccessWish[];
}

/** Part of the log that a command is about: what is to be taken back, and what came after it about the same keys. */
export interface History {
  readonly entries: readonly RecordedAccessEvent[];
  /** Nothing about these keys up to here is left out. */
  readonly upTo: number;
}

/** A command is taken back, whole, with those that build on it if `cascade` says so. */
export interface Undo {
  readonly type: 'undo';
  /** The command whose events are to be taken back. */
  readonly target: string;
  readonly history: History;
  readonly cascade: boolean;
}

/** What was deleted comes back, as far as what it belonged to is still there. */
export interface RestoreDeleted {
  readonly type: 'restoreDeleted';
  readonly itemId: string;
  /** The events of the command that deleted it. */
  readonly entries: readonly RecordedAccessEvent[];
}

export type AccessIntent = AccessWish | ProductCommand | Batch | Undo | RestoreDeleted;

/** An intent with its id, chosen once where the request came in (a repeated command is told by it; a UUID), and its cause. */
export type AccessCommand = AccessIntent & { readonly id: string; readonly cause: Cause };
