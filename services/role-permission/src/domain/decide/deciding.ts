import type { Moment as LogMoment } from '@rollcall/event-store/decider';
import type { AccessCommandName } from '@rollcall/types/access-commands';
import type { Refusal } from '@rollcall/types/problems';
import type { WishOf } from '../commands.ts';
import type { AccessEvent, AccessFact } from '../events.ts';
import type { AccessState } from '../state.ts';

/** Who wishes, and when. */
export interface Moment extends LogMoment<AccessEvent> {
  /** A user id, or `service:<name>`. */
  readonly actor: string;
}

/** The facts that are to follow, none if the thing is so already, or why not. */
export type Facts = readonly AccessFact[] | Refusal;

/**
 * Decides a wish as far as it is special: what it names, what its actor may know of, what it brings with it. Whether the
 * facts may follow is then judged in one place for all (see {@link guard}).
 */
export type Decide<Name extends AccessCommandName> = (state: AccessState, wish: WishOf<Name>, moment: Moment) => Facts;
