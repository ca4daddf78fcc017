import type { Bus } from '@rollcall/events/bus';
import type { Logger } from '@rollcall/service-kit/logging';
import { revocationSubject } from '@rollcall/types/live-subjects';
import { type Revocation, revocation } from '@rollcall/types/routes/auth/revocations';
import type { Subscription } from 'nats';
import { z } from 'zod';

const announcement = z.object({ head: z.int().nonnegative(), items: z.array(revocation) });

/** Reads one announcement; undefined when it is none. */
export const readAnnouncement = (bytes: Uint8Array): z.infer<typeof announcement> | undefined => {
  try {
    return announcement.safeParse(JSON.parse(Buffer.from(bytes).toString())).data;
  } catch {
    return undefined;
  }
};

/** What auth tells of revocations over NATS, while that works. */
export class RevocationNews {
  readonly #bus: Bus;
  readonly #log: Logger;
  readonly #hear: (head: number, items: readonly Revocation[]) => void;
  #subscription: Subscription | undefined;

  constructor(bus: Bus, log: Logger, hear: (head: number, items: readonly Revocation[]) => void) {
    this.#bus = bus;
    this.#log = log;
    this.#hear = hear;
  }

  /** Makes sure that news is listened to; harmless to repeat. */
  follow(): void {
    if (!this.#bus.connected || (this.#subscription && !this.#subscription.isClosed())) return;
    try {
      // The subscription outlives reconnects by itself.
      this.#subscription = this.#bus.connection.subscribe(revocationSubject, {
        callback: (error, message) => this.#take(error ? undefined : readAnnouncement(message.data)),
      });
    } catch (error) {
      // The connection has just closed. Asking over HTTP, which goes on, must not stop for it.
      this.#log.debug({ err: error }, 'news of revocations cannot be listened to yet');
    }
  }

  stop(): void {
    this.#subscription?.unsubscribe();
  }

  // An exception here would reach the connection's own code; what cannot be read is asked for instead.
  #take(news: ReturnType<typeof readAnnouncement>): void {
    if (news) this.#hear(news.head, news.items);
    else this.#log.warn('news of revocations could not be read');
  }
}
