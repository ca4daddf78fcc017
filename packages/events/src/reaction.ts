import type { Transaction } from '@rollcall/database/connect';
import type { Cause } from '@rollcall/service-kit/actor';
import type { Envelope } from '@rollcall/types/envelope';
import type { DataOf, EventDefinition, PersonalOf } from '@rollcall/types/event-definition';
import type { Emit } from './outbox.ts';

/** An event as a reaction gets it: checked against the catalogue, personal values opened where it asked for them. */
export interface ReceivedEvent<E extends EventDefinition> {
  readonly envelope: Envelope;
  readonly data: DataOf<E>;
  /** Null when the event has none, the person was erased, or the reaction did not ask. */
  readonly personal: PersonalOf<E> | null;
  /** To put on events that follow from this one. */
  readonly cause: Cause;
}

/** Where a reaction works: its writes, its events and the mark "done" commit together. */
export interface ReactionScope {
  readonly tx: Transaction;
  readonly emit: Emit;
}

export interface Reaction {
  readonly definition: EventDefinition;
  readonly opensPersonal: boolean;
  /** May run for what stands and not only for what happens: it keeps facts, and tells nobody. */
  readonly restores: boolean;
  readonly react: (event: ReceivedEvent<EventDefinition>, scope: ReactionScope) => Promise<void>;
}

type React<E extends EventDefinition> = (event: ReceivedEvent<E>, scope: ReactionScope) => Promise<void>;

/** What to do about one type of event. Runs once for each event; throwing undoes it and has it tried again. */
export const reactTo = <E extends EventDefinition>(definition: E, react: React<E>): Reaction => ({
  definition,
  opensPersonal: false,
  restores: false,
  // The consumer looks reactions up by type and has parsed the event with this very definition.
  react: react as Reaction['react'],
});

/** {@link reactTo}, with the personal values opened before the transaction begins. */
export const reactToPersonal = <E extends EventDefinition>(definition: E, react: React<E>): Reaction => ({
  ...reactTo(definition, react),
  opensPersonal: true,
});

/** A reaction that keeps facts: it also runs for what stood before this consumer came, as its source's snapshot tells it. */
export const restoring = (reaction: Reaction): Reaction => ({ ...reaction, restores: true });
