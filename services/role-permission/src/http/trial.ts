import type { Reading } from '@rollcall/event-store/command-loop';
import type { AccessEvent } from '../domain/events.ts';
import type { AccessState } from '../domain/state.ts';
import type { Names } from '../names.ts';
import { readable } from '../shown-event.ts';
import { eachInTurn } from '../store/turns.ts';

/** What a write that was only tried would add: as the log would tell it, without the ids that it would get. */
export interface Tried {
  readonly revision: number;
  readonly dryRun: true;
  readonly events: {
    readonly position: number;
    readonly index: number;
    readonly type: string;
    readonly subject: string;
    readonly time: string;
    readonly actor: string;
    readonly data: Record<string, unknown>;
  }[];
}

/** @param reading what the events were decided upon */
export const triedOn = async (
  names: Names,
  { revision, now }: Reading<AccessState>,
  events: readonly AccessEvent[],
): Promise<Tried> => {
  const time = new Date(now).toISOString();
  const told = await eachInTurn(events, async (event, index) => ({
    position: revision + 1 + index,
    index,
    type: event.type,
    subject: event.subject,
    time,
    actor: event.cause.actor,
    data: await readable(names, event),
  }));
  return { revision: revision + events.length, dryRun: true, events: told };
};
