import { setTimeout as delay } from 'node:timers/promises';
import type { Bus } from '@rollcall/events/bus';
import { readEnvelope } from '@rollcall/events/intake';
import type { Logger } from '@rollcall/service-kit/logging';
import { type Envelope, streamName } from '@rollcall/types/envelope';
import { type ConsumerMessages, DeliverPolicy } from 'nats';

/** An event as live viewers see it: what is personal stays sealed, and therefore out. */
export interface LiveEvent {
  readonly sequence: number;
  /** Where to go on after this event. */
  readonly resume: string;
  readonly event: Pick<Envelope, 'id' | 'type' | 'time' | 'actor' | 'subject' | 'data'>;
}

type Listener = (event: LiveEvent) => void;

/** How many events are kept for viewers who come back. */
const kept = 20_000;

/** Follows the stream of all events and keeps the newest, so that viewers miss none across a reconnect. */
export class LiveJournal {
  readonly #bus: Bus;
  readonly #log: Logger;
  readonly #listeners = new Set<Listener>();
  readonly #stopping = new AbortController();
  #events: LiveEvent[] = [];
  /** Ids of the kept events: one that is published twice is shown once. */
  readonly #ids = new Set<string>();
  #stream = '';
  #sequence = 0;
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

  /** Where the journal is now. */
  get resume(): string {
    return this.#token(this.#sequence);
  }

  onEvent(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The events after a `resume` token; undefined when they are not all kept, or the token is none of ours. */
  after(resume: string): readonly LiveEvent[] | undefined {
    const [stream, sequence] = resume.split('-');
    const from = Number(sequence);
    if (stream !== this.#stream || !Number.isSafeInteger(from) || from > this.#sequence) return undefined;
    const first = this.#events[0];
    if (from < this.#sequence && (!first || from < first.sequence - 1)) return undefined;
    return this.#events.filter((event) => event.sequence > from);
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
    const info = await this.#bus.stream();
    const stream = String(Date.parse(info.created));
    if (stream !== this.#stream || info.state.last_seq < this.#sequence) {
      this.#events = [];
      this.#ids.clear();
      this.#stream = stream;
      this.#sequence = info.state.last_seq;
    }
    const consumer = await this.#bus.jetstream().consumers.get(streamName, {
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: this.#sequence + 1,
    });
    const messages = await consumer.consume({ max_messages: 500, idle_heartbeat: 1_000 });
    this.#messages = messages;
    if (this.#stopping.signal.aborted) messages.stop();
    void this.#watch(messages);
    for await (const message of messages) {
      this.#sequence = message.seq;
      const event = readEnvelope(message.data);
      if (event && !this.#ids.has(event.id)) this.#add(message.seq, event);
    }
  }

  // The server does not answer, or the stream is gone: an ordered consumer would wait for the old one for ever.
  async #watch(messages: ConsumerMessages): Promise<void> {
    for await (const status of await messages.status()) {
      if (status.type === 'heartbeats_missed' || status.type === 'stream_not_found') messages.stop();
    }
  }

  #add(sequence: number, { id, type, time, actor, subject, data }: Envelope): void {
    const { personal: _, ...open } = data;
    const event = { sequence, resume: this.#token(sequence), event: { id, type, time, actor, subject, data: open } };
    this.#events.push(event);
    this.#ids.add(id);
    if (this.#events.length > kept * 1.1) {
      for (const dropped of this.#events.splice(0, this.#events.length - kept)) this.#ids.delete(dropped.event.id);
    }
    for (const listener of this.#listeners) listener(event);
  }

  #token(sequence: number): string {
    return `${this.#stream}-${sequence}`;
  }
}
