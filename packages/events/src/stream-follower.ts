import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@rollcall/service-kit/logging';
import { type Envelope, streamName } from '@rollcall/types/envelope';
import { type ConsumerMessages, DeliverPolicy } from 'nats';
import type { Bus } from './bus.ts';
import { readEnvelope } from './intake.ts';

/** The stream as it stood when a follower came to it. */
export interface OpenedStream {
  /** Of this stream and of no other, not even of one that took its place. */
  readonly identity: string;
  readonly firstSequence: number;
  readonly lastSequence: number;
}

/** Holds in memory what it reads from the stream. */
export interface StreamReader {
  /** @returns the sequence after which to go on; what was read of another stream, or of its lost end, counts no more. */
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
    const { created, state } = await this.#bus.stream();
    const after = this.#reader.open({
      identity: String(Date.parse(created)),
      firstSequence: state.first_seq,
      lastSequence: state.last_seq,
    });
    const consumer = await this.#bus.jetstream().consumers.get(streamName, {
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: after + 1,
    });
    const messages = await consumer.consume({
      max_messages: 500,
      idle_heartbeat: 1_000,
      // A loop over the messages would cost as much again as reading them.
      callback: ({ seq, data }) => this.#reader.take(seq, readEnvelope(data)),
    });
    this.#messages = messages;
    if (this.#stopping.signal.aborted) messages.stop();
    void this.#watch(messages);
    const failure = await messages.closed();
    if (failure) throw failure;
  }

  // The server does not answer, or the stream is gone: an ordered consumer would wait for the old one for ever.
  async #watch(messages: ConsumerMessages): Promise<void> {
    for await (const status of await messages.status()) {
      if (status.type === 'heartbeats_missed' || status.type === 'stream_not_found') messages.stop();
    }
  }
}
