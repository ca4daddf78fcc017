import type { Connection } from '@rollcall/database/connect';
import type { Bus } from '@rollcall/events/bus';
import type { Logger } from '@rollcall/service-kit/logging';
import { Worker } from '@rollcall/service-kit/worker';
import { revocationSubject } from '@rollcall/types/live-subjects';
import type { Revocation } from '@rollcall/types/routes/auth/revocations';
import { readHead } from './store/revocations.ts';

/**
 * Tells the gateways what was revoked, as soon as it has committed, and four times a second where the end of the list
 * is, so that one who missed something knows. NATS only carries it fast; the list itself is in Postgres.
 */
export class RevocationFeed {
  readonly #bus: Bus;
  readonly #log: Logger;
  readonly #worker: Worker;

  constructor(connection: Connection, bus: Bus, log: Logger) {
    this.#bus = bus;
    this.#log = log;
    this.#worker = new Worker({
      name: 'revocation-beat',
      idleMilliseconds: 250,
      log,
      round: async () => {
        // Without NATS nobody hears the beat; the gateways ask by themselves then.
        if (bus.connected) this.#publish({ head: await readHead(connection.db), items: [] });
        return false;
      },
    });
  }

  start(): void {
    this.#worker.start();
  }

  stop(): Promise<void> {
    return this.#worker.stop();
  }

  /** Call after the commit. */
  announce(items: readonly Revocation[]): void {
    const last = items.at(-1);
    if (last && this.#bus.connected) this.#publish({ head: last.position, items });
  }

  #publish(message: { head: number; items: readonly Revocation[] }): void {
    try {
      this.#bus.connection.publish(revocationSubject, JSON.stringify(message));
    } catch (error) {
      // What it tells has been committed; a connection that closed just now must not make a failure of that.
      this.#log.warn({ err: error }, 'a revocation was not announced');
    }
  }
}
