/** Time, as the command loop needs it; a spec puts its own in place of the system's. */
export interface Timing {
  /** Milliseconds since 1970, as far as this machine knows. */
  now(): number;
  /** Milliseconds on a clock that only runs forward, for ages and patience. */
  elapsed(): number;
  /** Calls back once after so many milliseconds, unless the returned function is called before. */
  after(milliseconds: number, callback: () => void): () => void;
}

export const sleep = (timing: Timing, milliseconds: number): Promise<void> =>
  new Promise((resolve) => timing.after(milliseconds, resolve));

/** A call that got no answer in time. What it did, if anything, is unknown. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** The promise, or {@link NoAnswer} once the time is up. */
export const within = async <T>(timing: Timing, milliseconds: number, promise: Promise<T>): Promise<T> => {
  let cancel = (): void => undefined;
  const timeUp = new Promise<never>((_, reject) => {
    cancel = timing.after(milliseconds, () => reject(new NoAnswer(`no answer within ${milliseconds} ms`)));
  });
  try {
    return await Promise.race([promise, timeUp]);
  } finally {
    cancel();
  }
};

/** A bell that one waiter listens to. A ring before the wait is not lost. */
export class Bell {
  #rung = false;
  #wake: () => void = () => undefined;

  ring(): void {
    this.#rung = true;
    this.#wake();
  }

  /** Waits for a ring, for so long at most. */
  async wait(timing: Timing, milliseconds: number): Promise<void> {
    if (!this.#rung) {
      await new Promise<void>((resolve) => {
        const cancel = timing.after(milliseconds, resolve);
        this.#wake = () => {
          cancel();
          resolve();
        };
      });
    }
    this.#rung = false;
    this.#wake = () => undefined;
  }
}
