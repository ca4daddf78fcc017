import { Deadlines } from './deadlines.ts';
import type { Timing } from './timing.ts';

export interface DeadlineRunnerOptions<Key> {
  readonly timing: Timing;
  /**
   * Has something ended that is due, by a command whose id follows from what ends and when: every replica submits the
   * same one, and the log keeps the first. Whatever comes of it, the key is due until {@link DeadlineRunner.set} says
   * that it is not.
   */
  readonly submit: (key: Key, due: number) => Promise<unknown>;
  readonly report: (error: unknown, doing: string) => void;
  /** From 0 to 1, another each time: replicas do not all come at the very moment that something is due. */
  readonly random: () => number;
}

/** What is due is ended after so many milliseconds at most, in the hope that another replica has done so. */
const jitterMs = 250;
/** Looked at least so often, for clocks are set; and so long after an attempt the next one is made. */
const roundMs = 250;
/** So many are on their way at once: others want to be decided too. */
const atOnce = 1_000;

/**
 * Ends what is due: once, however many replicas run one, and within a second. It goes by the committed state and the
 * clock alone, and looks again at whatever is still there: a timer that fires early, an answer that is lost or a night
 * with all replicas down loses no end.
 */
export class DeadlineRunner<Key> {
  readonly #options: DeadlineRunnerOptions<Key>;
  /** When those that were tried may be tried again, on the clock that only runs forward. */
  readonly #restingUntil = new Map<Key, number>();
  #deadlines = new Deadlines<Key>();
  #underway = 0;
  #cancel = (): void => undefined;
  #isRunning = false;

  constructor(options: DeadlineRunnerOptions<Key>) {
    this.#options = options;
  }

  /** All that is to end, instead of what was known before. */
  load(deadlines: Iterable<readonly [Key, number]>): void {
    this.#deadlines = new Deadlines();
    for (const [key, due] of deadlines) this.#deadlines.add(key, due);
    this.#restingUntil.clear();
    this.#schedule();
  }

  /** Something committed says when a key is due; undefined when it has ended or lasts for good. */
  set(key: Key, due: number | undefined): void {
    const { next } = this.#deadlines;
    this.#restingUntil.delete(key);
    if (due === undefined) {
      this.#deadlines.remove(key);
      return;
    }
    this.#deadlines.add(key, due);
    if (next === undefined || due < next) this.#schedule();
  }

  start(): void {
    this.#isRunning = true;
    this.#schedule();
  }

  stop(): void {
    this.#isRunning = false;
    this.#cancel();
  }

  #schedule(): void {
    this.#cancel();
    const { next } = this.#deadlines;
    if (!this.#isRunning || next === undefined) return;
    const { timing, random } = this.#options;
    const left = Math.max(0, next - timing.now());
    const delay = left > roundMs ? roundMs : left + jitterMs * random();
    this.#cancel = timing.after(delay, () => {
      this.#round();
      this.#schedule();
    });
  }

  #round(): void {
    const { timing, submit, report } = this.#options;
    const elapsed = timing.elapsed();
    const ready = this.#deadlines.due(timing.now()).filter(([key]) => (this.#restingUntil.get(key) ?? 0) <= elapsed);
    for (const [key, due] of ready.slice(0, atOnce - this.#underway)) {
      this.#restingUntil.set(key, Number.POSITIVE_INFINITY);
      this.#underway++;
      submit(key, due)
        .catch((error: unknown) => report(error, 'ending what is due'))
        .finally(() => this.#tried(key));
    }
  }

  #tried(key: Key): void {
    this.#underway--;
    const isThere = this.#restingUntil.has(key);
    if (isThere) this.#restingUntil.set(key, this.#options.timing.elapsed() + roundMs);
    // More may be due than could be on their way at once.
    if (this.#underway === 0 && this.#isRunning) this.#round();
  }
}
