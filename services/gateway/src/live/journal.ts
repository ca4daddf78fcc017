import { setTimeout as delay } from 'node:timers/promises';
import type { Bus } from '@rollcall/events/bus';
import { readEnvelope } from '@rollcall/events/intake';
import type { Logger } from '@rollcall/service-kit/logging';
import { streamName } from '@rollcall/types/envelope';
import { type ConsumerMessages, DeliverPolicy } from 'nats';
import { KeptEvents } from './kept-events.ts';
import type { LiveEvent } from './live-event.ts';

type Listener = (event: LiveEvent) => void;

/** How many events are kept for viewers who come back, and read again by a gateway that starts. */
const kept = 20_000;

/** Follows the stream of all events and keeps the newest, so that viewers miss none across a reconnect. */
export class LiveJournal {
  readonly #bus: Bus;
  readonly #log: Logger;
  readonly #listeners = new Set<Listener>();
  readonly #stopping = new AbortController();
  #events: KeptEvents | undefined;
  /** Up to here the stream was history when the journal opened it. */
  #historyEnds = 0;
  #messages: ConsumerMessages | undefined;
  #running: Promise<void> | undefined;

  constructor(bus: Bus, log: Logger) {
    this.#bus = bus;
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

  /** What is kept; undefined until the journal has caught up with the stream. */
  get events(): Pick<KeptEvents, 'resume' | 'after'> | undefined {
    return this.#events && this.#events.sequence >= this.#historyEnds ? this.#events : undefined;
  }

  /** Tells of every event from now on. */
  onEvent(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        if (this.#bus.connected) await this.#follow();
      } catch (error) {
        this.#log.debug({ err: error }, 'the live journal starts over');
      }
      await delay(250, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
    }
  }

  async #follow(): Promise<void> {
    const { created, state } = await this.#bus.stream();
    const stream = String(Date.parse(created));
    if (this.#events?.stream !== stream || state.last_seq < this.#events.sequence) {
      // Another stream, or one that has lost its end: what is kept of the old one is no history of this one.
      const from = Math.max(state.first_seq - 1, state.last_seq - kept, 0);
      this.#events = new KeptEvents(stream, from, kept);
      this.#historyEnds = state.last_seq;
    }
    const events = this.#events;
    const consumer = await this.#bus.jetstream().consumers.get(streamName, {
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: events.sequence + 1,
    });
    const messages = await consumer.consume({ max_messages: 500, idle_heartbeat: 1_000 });
    this.#messages = messages;
    if (this.#stopping.signal.aborted) messages.stop();
    void this.#watch(messages);
    for await (const message of messages) {
      const event = events.add(message.seq, readEnvelope(message.data));
      if (!event || message.seq <= this.#historyEnds) continue;
      for (const listener of this.#listeners) listener(event);
    }
  }

  // The server does not answer, or the stream is gone: an ordered consumer would wait for the old one for ever.
  async #watch(messages: ConsumerMessages): Promise<void> {
    for await (const status of await messages.status()) {
      if (status.type === 'heartbeats_missed' || status.type === 'stream_not_found') messages.stop();
    }
  }
}
