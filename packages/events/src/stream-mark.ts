import { createHash } from 'node:crypto';
import type { Connection } from '@rollcall/database/connect';
import { streamName } from '@rollcall/types/envelope';
import { and, eq, lt, sql } from 'drizzle-orm';
import type { StreamInfo } from 'nats';
import { type Bus, isMissing } from './bus.ts';
import type { EventTables } from './event-tables.ts';

// Of any message, whether or not an event can be read from it.
const fingerprintOf = (data: Uint8Array): string => createHash('sha256').update(data).digest('base64url');

/**
 * What a reader remembers of the stream: when it was made, and which message stood where the reader has come to.
 *
 * A durable consumer whose stream was remade, or lost its tail and grew again, passes over new messages without a
 * word. The mark finds that out, so that the reader can start from the beginning; its inbox knows what is done.
 */
export class StreamMark {
  readonly #connection: Connection;
  readonly #tables: EventTables;
  readonly #reader: string;
  #sequence = 0;
  #fingerprint: string | null = null;
  #created = '';

  constructor(connection: Connection, tables: EventTables, reader: string) {
    this.#connection = connection;
    this.#tables = tables;
    this.#reader = reader;
  }

  /** The newest message that any replica of this reader has dealt with; 0 before the first, undefined before it began. */
  async place(): Promise<number | undefined> {
    return (await this.#find())?.streamSequence;
  }

  /** Is the stream still the one that was read? True for one that was never read. */
  async stillHolds(bus: Bus, stream: StreamInfo): Promise<boolean> {
    const mark = await this.#find();
    if (!mark) return true;
    if (mark.streamCreated !== stream.created) return false;
    // Another replica may have gone on since the stream was asked for its end: only one asked after the mark was read tells.
    if (mark.streamSequence > stream.state.last_seq && (await this.#isBeyondEnd(bus, mark))) return false;
    // Too old to be kept: nothing after it can have been overwritten unseen.
    if (mark.messageId === null || mark.streamSequence < stream.state.first_seq) return true;
    try {
      const manager = await bus.manager();
      const message = await manager.streams.getMessage(streamName, { seq: mark.streamSequence });
      return fingerprintOf(message.data) === mark.messageId;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  async #find() {
    const { streamMarks } = this.#tables;
    const [mark] = await this.#connection.db.select().from(streamMarks).where(eq(streamMarks.reader, this.#reader));
    return mark;
  }

  async #isBeyondEnd(
    bus: Bus,
    mark: { readonly streamCreated: string; readonly streamSequence: number },
  ): Promise<boolean> {
    const { created, state } = await bus.stream();
    return mark.streamCreated !== created || mark.streamSequence > state.last_seq;
  }

  /** Begins to read this stream: keeps the place if it is the same stream, forgets it otherwise. */
  async remember(stream: StreamInfo, sameAsBefore: boolean): Promise<void> {
    const { streamMarks } = this.#tables;
    this.#created = stream.created;
    this.#sequence = 0;
    this.#fingerprint = null;
    const start = { streamCreated: stream.created, streamSequence: 0, messageId: null };
    const insert = this.#connection.db.insert(streamMarks).values({ reader: this.#reader, ...start });
    await (sameAsBefore
      ? insert.onConflictDoNothing()
      : insert.onConflictDoUpdate({ target: streamMarks.reader, set: start }));
  }

  /** A message was dealt with. */
  passed(sequence: number, data: Uint8Array): void {
    if (sequence <= this.#sequence) return;
    this.#sequence = sequence;
    this.#fingerprint = fingerprintOf(data);
  }

  /**
   * Call before the messages are acknowledged: were the mark behind what the server takes for read, the loss of what
   * lies between would go unseen. For the same reason another replica's mark, further on, is never put back.
   *
   * @returns whether it is still this stream that is read: in another one the same sequence is another message, which must
   * not be acknowledged in its stead.
   */
  async save(): Promise<boolean> {
    if (this.#fingerprint === null) return true;
    const { streamMarks } = this.#tables;
    const isFurther = lt(streamMarks.streamSequence, this.#sequence);
    const saved = await this.#connection.db
      .update(streamMarks)
      .set({
        streamSequence: sql`greatest(${streamMarks.streamSequence}, ${this.#sequence})`,
        messageId: sql`case when ${isFurther} then ${this.#fingerprint} else ${streamMarks.messageId} end`,
      })
      .where(and(eq(streamMarks.reader, this.#reader), eq(streamMarks.streamCreated, this.#created)))
      .returning({ reader: streamMarks.reader });
    return saved.length > 0;
  }
}
