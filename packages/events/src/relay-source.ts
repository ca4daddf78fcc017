import type { Envelope } from '@rollcall/types/envelope';

/** An event that is to be published. */
export interface Waiting {
  readonly envelope: Envelope;
  /** JetStream takes a message of one id once: the event's id, with a suffix when it must be taken again. */
  readonly messageId: string;
}

export interface Publication {
  readonly waiting: Waiting;
  /** Where the stream keeps it. */
  readonly streamSequence: number;
}

/** An event that was published, and where the stream should have it. */
export interface Remembered {
  readonly eventId: string;
  readonly streamSequence: number;
  readonly at: Date;
}

/** What has committed and is not known to be in the stream. */
export interface Backlog {
  readonly events: number;
  /** How long the oldest of them has waited; 0 when there is none. */
  readonly oldestSeconds: number;
}

/** Where a relay takes committed events from, and remembers what became of them. */
export interface RelaySource {
  /** Tells the relays of one service apart. */
  readonly name: string;
  /** Events that are not known to be in the stream, in the order of each subject. */
  waiting(limit: number): Promise<readonly Waiting[]>;
  /**
   * The stream has these now; in the order in which `waiting` gave them, though some may be missing. One that has come
   * to wait again in the meantime, under another message id, goes on waiting.
   */
  published(publications: readonly Publication[]): Promise<void>;
  /** How much waits, and for how long. */
  backlog(): Promise<Backlog>;
  /** The last event that should stand in the stream before this sequence. */
  remembered(before: number): Promise<Remembered | undefined>;
  /** The stream lost everything from this sequence on: it waits again. Returns how many events that are. */
  lostFrom(streamSequence: number): Promise<number>;
  /** Publish what there is about a subject again, for a consumer that missed some. Returns how many events that are. */
  again(subject: string, fromSequence: number): Promise<number>;
  /** The sequence of a subject's first event that is still kept, or of the next one; undefined without any event. */
  firstKept(subject: string): Promise<number | undefined>;
}
