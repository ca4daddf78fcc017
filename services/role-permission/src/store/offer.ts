import type { Waiting } from '@rollcall/events/relay-source';

/** Events given to the relay, and what to remember once the stream has them. */
export interface Offer {
  readonly waiting: readonly Waiting[];
  /** Told where the stream keeps those that it took. */
  settle(streamSequences: ReadonlyMap<Waiting, number>): Promise<void>;
}

export const nothingOffered: Offer = { waiting: [], settle: async () => undefined };

export interface Taken {
  /** How many, counted from the first. */
  readonly count: number;
  /** The one that stands last in the stream; not always the last one, which may have been a repeat. */
  readonly eventId: string;
  readonly streamSequence: number;
}

/** The unbroken run from the first on that the stream took: what comes after a failure waits with it. */
export const takenWithoutGap = (
  waiting: readonly Waiting[],
  streamSequences: ReadonlyMap<Waiting, number>,
): Taken | undefined => {
  let taken: Taken | undefined;
  for (const one of waiting) {
    const streamSequence = streamSequences.get(one);
    if (streamSequence === undefined) break;
    const last = taken && taken.streamSequence > streamSequence ? taken : { eventId: one.envelope.id, streamSequence };
    taken = { eventId: last.eventId, streamSequence: last.streamSequence, count: (taken?.count ?? 0) + 1 };
  }
  return taken;
};
