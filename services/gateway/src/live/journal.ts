import type { Bus } from '@rollcall/events/bus';
import { type OpenedStream, StreamFollower } from '@rollcall/events/stream-follower';
import type { Logger } from '@rollcall/service-kit/logging';
import { type Envelope, serviceOf } from '@rollcall/types/envelope';
import { KeptEvents } from './kept-events.ts';
import type { LiveEvent } from './live-event.ts';

type Listener = (event: LiveEvent) => void;

/** How many events are kept for viewers who come back, and read again by a gateway that starts. */
const kept = 20_000;

/** Follows the stream of all services’ events and keeps the newest, so that viewers miss none across a reconnect. */
export class LiveJournal {
  readonly #follower: StreamFollower;
  readonly #listeners = new Set<Listener>();
  #events: KeptEvents | undefined;
  /** Up to here the stream was history when the journal opened it. */
  #historyEnds = 0;

  constructor(bus: Bus, log: Logger) {
    const reader = {
      open: (stream: OpenedStream) => this.#open(stream),
      take: (sequence: number, envelope: Envelope | undefined) => this.#take(sequence, envelope),
    };
    this.#follower = new StreamFollower(bus, reader, log);
  }

  start(): void {
    this.#follower.start();
  }

  stop(): Promise<void> {
    return this.#follower.stop();
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

  #open({ identity, continues, firstSequence, lastSequence }: OpenedStream): number {
    if (!this.#events || !continues) {
      // Another stream, or one that has lost its end: what is kept of the old one is no history of this one.
      const from = Math.max(firstSequence - 1, lastSequence - kept, 0);
      this.#events = new KeptEvents(identity, from, kept);
      this.#historyEnds = lastSequence;
    }
    return this.#events.sequence;
  }

  #take(sequence: number, envelope: Envelope | undefined): void {
    // What happens to rights is shown from the log of its owner, in the log’s own order and with names that can be read.
    const told = envelope && serviceOf(envelope) !== 'role-permission' ? envelope : undefined;
    const event = this.#events?.add(sequence, told);
    if (!event || sequence <= this.#historyEnds) return;
    for (const listener of this.#listeners) listener(event);
  }
}
