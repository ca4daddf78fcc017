import type { Bus } from '@rollcall/events/bus';
import type { Logger } from '@rollcall/service-kit/logging';
import { accessNewsSubject } from '@rollcall/types/live-subjects';
import type { Subscription } from 'nats';

/** Hears over NATS, while that works, that there may be news of the access log. Anybody there could say so: it is only asked sooner. */
export class AccessNews {
  readonly #bus: Bus;
  readonly #log: Logger;
  readonly #hear: () => void;
  #subscription: Subscription | undefined;

  constructor(bus: Bus, log: Logger, hear: () => void) {
    this.#bus = bus;
    this.#log = log;
    this.#hear = hear;
  }

  /** Makes sure that news is listened to; harmless to repeat. */
  follow(): void {
    if (!this.#bus.connected || (this.#subscription && !this.#subscription.isClosed())) return;
    try {
      // The subscription outlives reconnects by itself.
      this.#subscription = this.#bus.connection.subscribe(accessNewsSubject, { callback: () => this.#hear() });
    } catch (error) {
      // The connection has just closed. Asking, which goes on, must not stop for it.
      this.#log.debug({ err: error }, 'news of the access log cannot be listened to yet');
    }
  }

  stop(): void {
    this.#subscription?.unsubscribe();
  }
}
