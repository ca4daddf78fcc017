import type { Identity } from '../identity/identity.ts';

/** The longest that a timer can wait. */
const maximumTimer = 2_147_483_647;

/** By which token a connection lives; tells when that has run out. */
export class TokenLife {
  readonly #onEnd: () => void;
  #identity: Identity;
  #expiry: NodeJS.Timeout | undefined;

  constructor(identity: Identity, onEnd: () => void) {
    this.#identity = identity;
    this.#onEnd = onEnd;
    this.#wait();
  }

  get identity(): Identity {
    return this.#identity;
  }

  renew(identity: Identity): void {
    this.#identity = identity;
    this.#wait();
  }

  stop(): void {
    clearTimeout(this.#expiry);
  }

  #wait(): void {
    clearTimeout(this.#expiry);
    const left = this.#identity.expiresAtMilliseconds - Date.now();
    this.#expiry = setTimeout(() => (left > maximumTimer ? this.#wait() : this.#onEnd()), Math.min(left, maximumTimer));
    this.#expiry.unref();
  }
}
