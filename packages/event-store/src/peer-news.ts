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
  /** For so many milliseconds after its last word another replica is taken to be there. */
  readonly #leaderMs: number;
  #pokes: Poke<Event>[] = [];
  #bell = new Bell();
  #leader: { readonly name: string; readonly seenAt: number } | undefined;

  constructor(timing: Timing, leaderMs: number) {
    this.#timing = timing;
    this.#leaderMs = leaderMs;
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
    return leader && this.#timing.elapsed() - leader.seenAt < this.#leaderMs ? leader.name : undefined;
  }

  /** It does not answer, or this replica has appended itself. */
  forgetLeader(): void {
    this.#leader = undefined;
  }
}
