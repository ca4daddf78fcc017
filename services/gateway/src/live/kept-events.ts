import type { Envelope } from '@rollcall/types/envelope';
import type { LiveEvent } from './live-event.ts';

/** Stands for the event of a place before the first kept one. */
const nothingYet = '0';

/**
 * The newest events of one stream, in order, each once. A `resume` token names the stream, a place in it and the event
 * there, so that a token of a stream that was lost and began again is not mistaken for a place in the new one.
 */
export class KeptEvents {
  readonly stream: string;
  readonly #limit: number;
  readonly #ids = new Set<string>();
  #events: LiveEvent[] = [];
  /** Everything after this place that the stream had is kept. */
  #floor: number;
  #sequence: number;

  constructor(stream: string, from: number, limit: number) {
    this.stream = stream;
    this.#floor = from;
    this.#sequence = from;
    this.#limit = limit;
  }

  /** How far the stream was read. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Where to go on after everything that is kept. */
  get resume(): string {
    return this.#events.at(-1)?.resume ?? this.#token(this.#floor, nothingYet);
  }

  /** @returns undefined for what is no event, or one that was published before. */
  add(sequence: number, envelope: Envelope | undefined): LiveEvent | undefined {
    this.#sequence = sequence;
    if (!envelope || this.#ids.has(envelope.id)) return undefined;
    const { id, type, time, actor, subject } = envelope;
    const { personal: _, ...data } = envelope.data;
    const event = { sequence, resume: this.#token(sequence, id), event: { id, type, time, actor, subject, data } };
    this.#events.push(event);
    this.#ids.add(id);
    if (this.#events.length > this.#limit * 1.1) this.#forget(this.#events.length - this.#limit);
    return event;
  }

  /** The events after a `resume` token; undefined when they are not all kept, or the token is none of ours. */
  after(resume: string): readonly LiveEvent[] | undefined {
    const [stream, place, mark, ...rest] = resume.split('-');
    const from = Number(place);
    if (stream !== this.stream || rest.length > 0 || !Number.isSafeInteger(from)) return undefined;
    if (mark === nothingYet) return from === this.#floor ? this.#events : undefined;
    const index = this.#find(from);
    return this.#events[index]?.resume === resume ? this.#events.slice(index + 1) : undefined;
  }

  /** The index of the first event at or after a place. */
  #find(sequence: number): number {
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#events[middle]?.sequence ?? 0) < sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #forget(count: number): void {
    for (const { event, sequence } of this.#events.splice(0, count)) {
      this.#ids.delete(event.id);
      this.#floor = sequence;
    }
  }

  // The last group of a UUIDv7 is random.
  #token(sequence: number, id: string): string {
    return `${this.stream}-${sequence}-${id.split('-').at(-1)}`;
  }
}
