import type { EventPlane } from '@rollcall/events/event-plane';
import type { Cause, HopContext } from '@rollcall/service-kit/actor';
import type { Logger } from '@rollcall/service-kit/logging';
import type { DataOf } from '@rollcall/types/event-definition';
import { signInFailed } from '@rollcall/types/events/auth';

export interface RefusedSignIn {
  readonly userId: string;
  readonly reason: DataOf<typeof signInFailed>['reason'];
  readonly hop: HopContext;
  readonly cause: Cause;
}

export interface RefusedSignInsOptions {
  readonly events: Pick<EventPlane, 'transact'>;
  readonly sealOrigin: (userId: string, hop: HopContext) => Promise<{ personal?: string }>;
  readonly log: Logger;
}

const pauseMilliseconds = 500;
const batch = 100;
/** Beyond it the oldest are dropped: a flood of guesses while the database is down may not fill the memory. */
const waitingAtMost = 10_000;

/**
 * Tells the trail of an account that a sign-in was refused, a little later and many at a time. Were it told with the
 * answer, or at once after it, then this answer or the next one would come later than for an account that does not
 * exist, and so tell that this one does.
 */
export class RefusedSignIns {
  readonly #options: RefusedSignInsOptions;
  #waiting: RefusedSignIn[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: RefusedSignInsOptions) {
    this.#options = options;
  }

  add(refused: RefusedSignIn): void {
    if (this.#waiting.push(refused) > waitingAtMost) this.#waiting.shift();
    this.#timer ??= setTimeout(() => this.#begin(), pauseMilliseconds).unref();
  }

  /** Writes what is left. */
  async stop(): Promise<void> {
    this.#begin();
    await this.#writing;
    clearTimeout(this.#timer);
  }

  #begin(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#writeAll());
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const taken = this.#waiting.splice(0, batch);
      try {
        await this.#write(taken);
      } catch (error) {
        this.#options.log.warn({ err: error, count: taken.length }, 'refused sign-ins wait to be told');
        this.#waiting.unshift(...taken);
        this.#timer ??= setTimeout(() => this.#begin(), 10 * pauseMilliseconds).unref();
        return;
      }
    }
  }

  async #write(refused: readonly RefusedSignIn[]): Promise<void> {
    // By person, so that two replicas who write of the same people queue up instead of waiting for each other.
    const sorted = [...refused].sort((one, other) => (one.userId < other.userId ? -1 : 1));
    const origins = await Promise.all(sorted.map(({ userId, hop }) => this.#options.sealOrigin(userId, hop)));
    await this.#options.events.transact(async (_, emit) => {
      for (const [index, { userId, reason, cause }] of sorted.entries()) {
        await emit(signInFailed, { subject: userId, data: { reason }, ...origins[index], cause });
      }
    });
  }
}
