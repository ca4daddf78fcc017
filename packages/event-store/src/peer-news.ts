import type { LoopLimits } from './loop-options.ts';
import type { Poke } from './peers.ts';
import { Bell, type Timing } from './timing.ts';

/** More than so many waiting are forgotten: reading the log is the shorter way then. */
const capacity = 64;

/**
 * What other replicas told and this one has not looked at yet, and which of them appended last. That is learned from
 * their own words alone, never from the log: a replica that has died would be taken for the leader for ever.
 */
export class PeerNews<Event> {
  readonly #timing: Timing;
  readonly #limits: Pick<LoopLimits, 'leaderMs' | 'distrustMs'>;
  #pokes: Poke<Event>[] = [];
  #bell = new Bell();
  #distrustUntil = 0;
  #leader: { readonly name: string; readonly seenAt: number } | undefined;

  constructor(timing: Timing, limits: Pick<LoopLimits, 'leaderMs' | 'distrustMs'>) {
    this.#timing = timing;
    this.#limits = limits;
  }

  hear(poke: Poke<Event>): void {
    if (this.#pokes.length >= capacity) this.#pokes = [];
    this.#pokes.push(poke);
    this.#leader = { name: poke.by, seenAt: this.#timing.elapsed() };
    this.#bell.ring();
  }

  takeAll(): readonly Poke<Event>[] {
    this.#bell = new Bell();
    return this.#pokes.splice(0);
  }

  /** Waits until something is heard, for so long at most. */
  wait(milliseconds: number): Promise<void> {
    return this.#bell.wait(this.#timing, milliseconds);
  }

  /** The other replica that appended last, if it did so just now. */
  get leader(): string | undefined {
    const leader = this.#leader;
    const now = this.#timing.elapsed();
    if (!leader || now < this.#distrustUntil || now - leader.seenAt >= this.#limits.leaderMs) return undefined;
    return leader.name;
  }

  /** This replica has appended itself. */
  forgetLeader(): void {
    this.#leader = undefined;
  }

  /**
   * The leader did not answer. For a while none is asked, whatever is heard: where a log is so slow that leaders answer
   * late, asking would only cost time, and leave callers without an answer that could be given here.
   */
  distrustLeader(): void {
    this.#distrustUntil = this.#timing.elapsed() + this.#limits.distrustMs;
  }
}
