import type { Bus } from '@rollcall/events/bus';
import type { Logger } from '@rollcall/service-kit/logging';
import { presenceSubject } from '@rollcall/types/live-subjects';
import type { Subscription } from 'nats';
import { type PresenceMessage, readPresence } from './presence-message.ts';

/** How the replicas of the gateway hear of each other’s viewers; messages may be lost. */
export interface PresenceRoad {
  /** Makes sure that messages are listened to; harmless to repeat. */
  follow(take: (message: PresenceMessage) => void): void;
  tell(message: PresenceMessage): void;
  stop(): void;
}

/** Over NATS, while that works. */
export class NatsPresenceRoad implements PresenceRoad {
  readonly #bus: Bus;
  readonly #log: Logger;
  #subscription: Subscription | undefined;

  constructor(bus: Bus, log: Logger) {
    this.#bus = bus;
    this.#log = log;
  }

  follow(take: (message: PresenceMessage) => void): void {
    if (!this.#bus.connected || (this.#subscription && !this.#subscription.isClosed())) return;
    this.#tryTo(() => {
      this.#subscription = this.#bus.connection.subscribe(presenceSubject, {
        // An exception here would reach the connection's own code.
        callback: (error, message) => {
          const said = error ? undefined : readPresence(message.data);
          if (said) take(said);
        },
      });
    });
  }

  tell(message: PresenceMessage): void {
    if (this.#bus.connected) this.#tryTo(() => this.#bus.connection.publish(presenceSubject, JSON.stringify(message)));
  }

  stop(): void {
    this.#subscription?.unsubscribe();
  }

  #tryTo(act: () => void): void {
    try {
      act();
    } catch (error) {
      // The connection has just closed: nobody is told, and nobody needs to be.
      this.#log.debug({ err: error }, 'presence cannot be told yet');
    }
  }
}
