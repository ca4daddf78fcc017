/** How long after a burst a straggler still counts as part of it. */
const lingerMilliseconds = 2_000;

interface Burst {
  inFlight: number;
  crowded: boolean;
}

/**
 * Tells a client that presents one refresh token several times at once (two tabs that wake up together) from somebody
 * who comes with it after it was used. The first is a client in a hurry and only refused; the second may be a thief.
 */
export class RefreshBursts {
  readonly #bursts = new Map<string, Burst>();

  /** Runs `work` and tells it whether the token is presented here by nobody else at the moment. */
  async present<T>(digest: string, work: (alone: boolean) => Promise<T>): Promise<T> {
    const known = this.#bursts.get(digest);
    const burst = known ?? { inFlight: 0, crowded: false };
    if (known) burst.crowded = true;
    else this.#bursts.set(digest, burst);
    burst.inFlight++;
    try {
      return await work(known === undefined);
    } finally {
      burst.inFlight--;
      this.#forgetWhenOver(digest, burst);
    }
  }

  #forgetWhenOver(digest: string, burst: Burst): void {
    if (burst.inFlight > 0) return;
    if (!burst.crowded) this.#bursts.delete(digest);
    else setTimeout(() => burst.inFlight === 0 && this.#bursts.delete(digest), lingerMilliseconds).unref();
  }
}
