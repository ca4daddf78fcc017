import type { Timing } from './timing.ts';

/**
 * - `timeout`: the log may have that position, this replica has not.
 * - `unknown_epoch`: the position is of a history that is not, or not yet, this one: it says nothing here.
 */
export type Reached = 'reached' | 'timeout' | 'unknown_epoch';

/** Where a replica stands. */
export interface Standing {
  readonly position: number;
  readonly epoch: number;
}

interface Waiter {
  readonly position: number;
  readonly epoch: number | undefined;
  readonly settle: (reached: Reached) => void;
}

/** Those who wait until a replica has come to a position. */
export class PositionWaiters {
  readonly #timing: Timing;
  readonly #waiters = new Set<Waiter>();

  constructor(timing: Timing) {
    this.#timing = timing;
  }

  /** @param standing where the replica is now, and again whenever asked; undefined while that is not known */
  wait(
    position: number,
    epoch: number | undefined,
    milliseconds: number,
    standing: () => Standing | undefined,
  ): Promise<Reached> {
    const already = judge({ position, epoch }, standing());
    if (already) return Promise.resolve(already);
    return new Promise((resolve) => {
      const cancel = this.#timing.after(milliseconds, () => {
        this.#waiters.delete(waiter);
        const present = standing();
        const isAhead = epoch !== undefined && present !== undefined && epoch !== present.epoch;
        resolve(isAhead ? 'unknown_epoch' : 'timeout');
      });
      const settle = (reached: Reached): void => {
        cancel();
        this.#waiters.delete(waiter);
        resolve(reached);
      };
      const waiter: Waiter = { position, epoch, settle };
      this.#waiters.add(waiter);
    });
  }

  /** The replica has moved. */
  moved(standing: Standing): void {
    for (const waiter of this.#waiters) {
      const reached = judge(waiter, standing);
      if (reached) waiter.settle(reached);
    }
  }
}

/** A later epoch than the replica's may be one that it has not heard of yet. */
const judge = (
  { position, epoch }: Pick<Waiter, 'position' | 'epoch'>,
  standing: Standing | undefined,
): Reached | undefined => {
  if (standing === undefined) return undefined;
  if (epoch !== undefined && epoch < standing.epoch) return 'unknown_epoch';
  const isSameHistory = epoch === undefined || epoch === standing.epoch;
  return isSameHistory && standing.position >= position ? 'reached' : undefined;
};
