import type { Refused } from '../decider.ts';
import type { PeerListener, Peers } from '../peers.ts';
import type { Timing } from '../timing.ts';
import type { Outcome } from '../waiting-commands.ts';

/**
 * What happens to one message between replicas.
 *
 * - `lost`: it never arrives; a question is never answered.
 * - `unanswered`: a question arrives, its answer does not.
 * - `late`: it takes so long that nobody waits for it any more.
 * - `twice`: it arrives, and later once more; but no question does.
 */
export type Hazard = 'none' | 'lost' | 'unanswered' | 'late' | 'twice';
export const hazards: readonly Hazard[] = ['none', 'lost', 'unanswered', 'late', 'twice'];

const lateMs = 400;

/** Replicas that hear each other, as far as a spec lets them. */
export class InMemoryBus<Command, Event, Refusal extends Refused> {
  readonly #timing: Timing;
  readonly #latencyMs: number;
  readonly #listeners = new Map<string, PeerListener<Command, Event, Refusal>>();
  readonly #paused = new Map<string, (() => void)[]>();
  #plan: Hazard[];

  /** @param plan what happens to the first messages; nothing does to those behind */
  constructor(timing: Timing, plan: readonly Hazard[] = [], latencyMs = 1) {
    this.#timing = timing;
    this.#plan = [...plan];
    this.#latencyMs = latencyMs;
  }

  join(self: string): Peers<Command, Event, Refusal> {
    return {
      self,
      poke: (poke) => {
        for (const name of this.#listeners.keys()) {
          if (name !== self) this.#send(name, this.#next(), (listener) => listener.poked(poke));
        }
      },
      forward: (to, commands) => this.#ask(to, commands),
      listen: (listener) => {
        this.#listeners.set(self, listener);
        return () => this.#listeners.delete(self);
      },
    };
  }

  /** A replica stands still: what is sent to it waits. */
  pause(name: string): void {
    this.#paused.set(name, []);
  }

  resume(name: string): void {
    const waiting = this.#paused.get(name) ?? [];
    this.#paused.delete(name);
    for (const deliver of waiting) deliver();
  }

  /** Nothing arrives any more. */
  breakDown(): void {
    this.#plan = Array(100_000).fill('lost');
  }

  #next(): Hazard {
    return this.#plan.shift() ?? 'none';
  }

  async #ask(to: string, commands: readonly Command[]): Promise<readonly Outcome<Refusal>[]> {
    const hazard = this.#next();
    return new Promise((resolve) => {
      this.#send(to, hazard === 'twice' ? 'none' : hazard, async (listener) => {
        const outcomes = await listener.forwarded(commands);
        if (hazard !== 'unanswered') this.#timing.after(this.#latencyMs, () => resolve(outcomes));
      });
    });
  }

  #send(to: string, hazard: Hazard, take: (listener: PeerListener<Command, Event, Refusal>) => unknown): void {
    const deliver = (): void => {
      const held = this.#paused.get(to);
      const listener = this.#listeners.get(to);
      if (held) held.push(deliver);
      else if (listener) void take(listener);
    };
    if (hazard === 'lost') return;
    this.#timing.after(hazard === 'late' ? lateMs : this.#latencyMs, deliver);
    if (hazard === 'twice') this.#timing.after(lateMs, deliver);
  }
}
