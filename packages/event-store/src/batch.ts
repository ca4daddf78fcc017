import type { Refused } from './decider.ts';
import type { Head, Proposed } from './log.ts';
import type { Overlay } from './overlay.ts';
import type { RecentCommands } from './recent-commands.ts';
import { type Outcome, unavailable, type Waiting } from './waiting-commands.ts';

/** Commands decided together: what is to be appended after `head`, and what to answer once it is. */
export interface Batch<Command, Event, Refusal extends Refused> {
  readonly head: Head;
  readonly proposed: readonly Proposed<Event>[];
  readonly decided: readonly (readonly [Waiting<Command, Refusal>, Outcome<Refusal>])[];
}

/** Decides commands through the overlay, but for those that are done already or came before `deadline`. */
export const decideBatch = <State, Command extends { readonly id: string }, Event, Refusal extends Refused>(
  taken: readonly Waiting<Command, Refusal>[],
  head: Head,
  overlay: Overlay<State, Command, Event, Refusal>,
  recent: RecentCommands,
  deadline: number,
): Batch<Command, Event, Refusal> => {
  const outcomeOf = ({ command, foundAt, since }: Waiting<Command, Refusal>): Outcome<Refusal> => {
    const revision = foundAt ?? recent.positionOf(command.id);
    if (revision !== undefined) return { status: 'accepted', revision };
    if (since < deadline) return unavailable;
    try {
      return overlay.decide(command);
    } catch (cause) {
      return { status: 'failed', cause };
    }
  };
  const decided = taken.map((waiting) => [waiting, outcomeOf(waiting)] as const);
  return { head, proposed: overlay.proposed, decided };
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
