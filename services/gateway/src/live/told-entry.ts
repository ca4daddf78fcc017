import type { AccessEntry } from './access-feed.ts';
import { resumeOf } from './place.ts';
import { textFrame } from './text-frame.ts';

/** Subscriptions are mostly called the same by all clients of a kind. */
const framesKept = 4;

/** An entry as it is told: turned into text once, and into bytes once for each name that subscriptions go by. */
export class ToldEntry {
  readonly entry: AccessEntry;
  readonly #resume: string;
  readonly #frames = new Map<string, Buffer>();
  #text: string | undefined;

  constructor(entry: AccessEntry, epoch: number) {
    this.entry = entry;
    this.#resume = resumeOf({ epoch, position: entry.event.position });
  }

  get position(): number {
    return this.entry.event.position;
  }

  /** The message for a subscription. */
  frame(id: string): Buffer {
    const known = this.#frames.get(id);
    if (known) return known;
    const frame = this.frameWith(id, this.#resume);
    if (this.#frames.size < framesKept) this.#frames.set(id, frame);
    return frame;
  }

  /** The message for a subscription that goes on from elsewhere. */
  frameWith(id: string, resume: string): Buffer {
    this.#text ??= `"revision":${this.position},"event":${JSON.stringify(this.entry.event)}}`;
    return textFrame(`{"type":"event","id":${JSON.stringify(id)},"resume":${JSON.stringify(resume)},${this.#text}`);
  }
}
