import type { LoopLimits } from './loop-options.ts';
import type { Patience } from './patience.ts';
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
  readonly #patience: Patience;
  #pokes: Poke<Event>[] = [];
  #bell = new Bell();
  #distrustUntil = 0;
  #leader: { readonly name: string; readonly seenAt: number } | undefined;

  /** @param patience with a leader that was asked */
  constructor(timing: Timing, limits: Pick<LoopLimits, 'leaderMs' | 'distrustMs'>, patience: Patience) {
    this.#timing = timing;
    this.#limits = limits;
    this.#patience = patience;
  }

  hear(poke: Poke<Event>): void {
    if (this.#pokes.length >= capacity) this.#pokes = [];
    this.#pokes.push(poke);
    if (poke.leads || this.#leader?.name === poke.by) this.#leader = { name: poke.by, seenAt: this.#timing.elapsed() };
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

  /** The other replica that last took the lead, if something was heard of it just now. */
  get leader(): string | undefined {
    const leader = this.#leader;
    const now = this.#timing.elapsed();
    // Who needs longer for an answer says something less often, too.
    const leaderMs = Math.max(this.#limits.leaderMs, 2 * this.#patience.milliseconds);
    if (!leader || this.isLeaderDistrusted || now - leader.seenAt >= leaderMs) return undefined;
    return leader.name;
  }

  /** One was asked lately, and has not answered yet. */
  get isLeaderDistrusted(): boolean {
    return this.#timing.elapsed() < this.#distrustUntil;
  }

  /** This replica leads. */
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

  /** It did answer, only late: next time it is given longer. */
  trustLeader(): void {
    this.#distrustUntil = 0;
  }
}
