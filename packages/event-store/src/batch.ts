import type { Refused } from './decider.ts';
import type { Intended } from './log.ts';
import type { Overlay } from './overlay.ts';
import type { Replica } from './replica.ts';
import { type Outcome, unavailable, type Waiting } from './waiting-commands.ts';

/** Commands decided together: what is to be appended, and what to answer once it is. */
export interface Batch<Command, Event, Refusal extends Refused> extends Intended<Event> {
  readonly decided: readonly (readonly [Waiting<Command, Refusal>, Outcome<Refusal>])[];
}

/**
 * Decides commands through the overlay, but for those that are done already and those that came before the deadline:
 * nobody waits for them any more, least of all a replica that forwarded them.
 */
export const decideBatch = <State, Command extends { readonly id: string }, Event, Refusal extends Refused>(
  taken: readonly Waiting<Command, Refusal>[],
  { epoch, head, at, recent }: Pick<Replica<State, Event>, 'epoch' | 'head' | 'at' | 'recent'>,
  overlay: Overlay<State, Command, Event, Refusal>,
  isAtLarge: (commandId: string) => boolean,
  deadlines: { readonly own: number; readonly forwarded: number },
): Batch<Command, Event, Refusal> => {
  const outcomeOf = ({ command, since, isForwarded }: Waiting<Command, Refusal>): Outcome<Refusal> => {
    const revision = recent.positionOf(command.id);
    if (revision !== undefined) return { status: 'accepted', revision, epoch };
    if (since < (isForwarded ? deadlines.forwarded : deadlines.own)) return unavailable;
    try {
      const before = overlay.proposed.length;
      const verdict = overlay.decide(command);
      // Only its events keep it from being done once more by whoever has it as well.
      return isAtLarge(command.id) && overlay.proposed.length === before ? unavailable : { ...verdict, epoch };
    } catch (cause) {
      return { status: 'failed', cause };
    }
  };
  const decided = taken.map((waiting) => [waiting, outcomeOf(waiting)] as const);
  return { epoch, head, headAt: at, proposed: overlay.proposed, decided };
};

/** The ids of the commands that have events in the batch. */
export const writersOf = ({ proposed }: Pick<Batch<never, unknown, Refused>, 'proposed'>): ReadonlySet<string> =>
  new Set(proposed.map(({ commandId }) => commandId));

/** Answers those of a batch whose command is among these. */
export const answerSome = <Command extends { readonly id: string }, Refusal extends Refused>(
  { decided }: Pick<Batch<Command, unknown, Refusal>, 'decided'>,
  commandIds: ReadonlySet<string>,
  outcome: Outcome<Refusal>,
): void => {
  for (const [waiting] of decided) if (commandIds.has(waiting.command.id)) waiting.answer(outcome);
};
