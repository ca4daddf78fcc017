import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@rollcall/service-kit/logging';
import { type Envelope, streamName } from '@rollcall/types/envelope';
import { type ConsumerMessages, DeliverPolicy, type StreamInfo } from 'nats';
import { type Bus, isMissing } from './bus.ts';
import { readEnvelope } from './intake.ts';

/** The stream as it stood when a follower came to it. */
export interface OpenedStream {
  /** Of this stream and of no other, not even of one that took its place. */
  readonly identity: string;
  /** Whether everything that was read before is still in it; false at first. */
  readonly continues: boolean;
  readonly firstSequence: number;
  readonly lastSequence: number;
}

/** Holds in memory what it reads from the stream. */
export interface StreamReader {
  /** @returns the sequence after which to go on; where the stream does not continue, what was read of it counts no more. */
  open(stream: OpenedStream): number;
  /** Of each message in order; the envelope is undefined for what is no event. */
  take(sequence: number, envelope: Envelope | undefined): void;
}

/**
 * Shows a reader every event of the stream in order, however often the connection breaks. For what lives in memory and is
 * read anew at every start; what has to have an effect once is a consumer’s (`consumer.ts`).
 */
export class StreamFollower {
  readonly #bus: Bus;
  readonly #reader: StreamReader;
  readonly #log: Logger;
  readonly #stopping = new AbortController();
  #messages: ConsumerMessages | undefined;
  /** The newest message that was read, to find out whether the stream has lost its end since. */
  #last: { readonly created: string; readonly sequence: number; readonly data: Uint8Array } | undefined;
  #running: Promise<void> | undefined;

  constructor(bus: Bus, reader: StreamReader, log: Logger) {
    this.#bus = bus;
    this.#reader = reader;
    this.#log = log;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#messages?.stop();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        if (this.#bus.connected) await this.#follow();
      } catch (error) {
        this.#log.debug({ err: error }, 'following the stream starts over');
      }
      await delay(250, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
    }
  }

  async #follow(): Promise<void> {
    const { broken } = this.#bus;
    const stream = await this.#bus.stream();
    const { created, state } = stream;
    const after = this.#reader.open({
      identity: String(Date.parse(created)),
      continues: await this.#continues(stream),
      firstSequence: state.first_seq,
      lastSequence: state.last_seq,
    });
    const consumer = await this.#bus.jetstream().consumers.get(streamName, {
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: after + 1,
    });
    let name: string | undefined;
    const messages = await consumer.consume({
      max_messages: 500,
      idle_heartbeat: 1_000,
      // A loop over the messages would cost as much again as reading them.
      callback: ({ seq, data, info }) => {
        // Made anew by the client after the server had lost it: whether it goes on in the same stream is yet to be seen.
        name ??= info.consumer;
        if (info.consumer !== name) return this.#messages?.stop();
        this.#last = { created, sequence: seq, data };
        this.#reader.take(seq, readEnvelope(data));
      },
    });
    this.#messages = messages;
    // The server may come back without what was read last: nothing newer may be read before that is checked.
    const stop = (): void => messages.stop();
    broken.addEventListener('abort', stop, { once: true });
    if (this.#stopping.signal.aborted || broken.aborted) stop();
    void this.#watch(messages);
    const failure = await messages.closed();
    broken.removeEventListener('abort', stop);
    if (failure) throw failure;
  }

  async #continues({ created, state }: StreamInfo): Promise<boolean> {
    const last = this.#last;
    if (!last || last.created !== created || last.sequence > state.last_seq) return false;
    // Too old to be kept: nothing after it can have been overwritten unseen.
    if (last.sequence < state.first_seq) return true;
    try {
      const manager = await this.#bus.manager();
      const { data } = await manager.streams.getMessage(streamName, { seq: last.sequence });
      return Buffer.compare(data, last.data) === 0;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  // An ordered consumer would wait for a server or a stream that is gone for ever, and go on in silence where it was when
  // the server has lost it, although the stream may have lost its end with it.
  async #watch(messages: ConsumerMessages): Promise<void> {
    for await (const { type } of await messages.status()) if (startOver.has(type)) messages.stop();
  }
}

const startOver: ReadonlySet<string> = new Set([
  'heartbeats_missed',
  'stream_not_found',
  'consumer_not_found',
  'consumer_deleted',
  'ordered_consumer_recreated',
]);
