import type { Bus } from '@rollcall/events/bus';
import type { Logger } from '@rollcall/service-kit/logging';
import { type ServiceClient, ServiceUnavailableError } from '@rollcall/service-kit/service-client';
import { Worker } from '@rollcall/service-kit/worker';
import { revocationSubject } from '@rollcall/types/live-subjects';
import { isRefusal } from '@rollcall/types/problems';
import { type Revocation, readRevocations, revocation } from '@rollcall/types/routes/auth';
import type { Subscription } from 'nats';
import { z } from 'zod';

const announcement = z.object({ head: z.int().nonnegative(), items: z.array(revocation) });

/** After so long without news, auth is asked; NATS may be down. */
const silenceMilliseconds = 750;
/** What is older than this is not relied on: nothing is allowed from it. */
const boundMilliseconds = 1_000;

type Listener = (kind: Revocation['kind'], value: string) => void;

/**
 * Every revocation that still matters, in memory, no older than a second. Auth announces them over NATS and beats the
 * position of the last; on silence, or when one was missed, auth is asked over HTTP.
 */
export class RevocationList {
  readonly #client: ServiceClient;
  readonly #bus: Bus;
  readonly #log: Logger;
  readonly #revoked = new Map<string, number>();
  readonly #listeners = new Set<Listener>();
  readonly #worker: Worker;
  #subscription: Subscription | undefined;
  #head = 0;
  #known = false;
  #contactAt = 0;
  #polling: Promise<void> | undefined;

  constructor(client: ServiceClient, bus: Bus, log: Logger) {
    this.#client = client;
    this.#bus = bus;
    this.#log = log;
    this.#worker = new Worker({ name: 'revocations', idleMilliseconds: 100, log, round: () => this.#round() });
  }

  start(): void {
    this.#worker.start();
  }

  async stop(): Promise<void> {
    this.#subscription?.unsubscribe();
    await this.#worker.stop();
  }

  /** Tells of every revocation from now on; returns how to stop listening. */
  onRevoked(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @throws {ServiceUnavailableError} when the list is older than its bound and auth does not answer. */
  async ensureFresh(): Promise<void> {
    if (this.#known && Date.now() - this.#contactAt <= boundMilliseconds) return;
    await this.#poll();
  }

  isRevoked(kind: Revocation['kind'], value: string): boolean {
    return this.#revoked.has(`${kind}:${value}`);
  }

  async #round(): Promise<boolean> {
    this.#subscribe();
    this.#forgetExpired();
    if (!this.#known || Date.now() - this.#contactAt > silenceMilliseconds) await this.#poll();
    return false;
  }

  #subscribe(): void {
    if (this.#subscription || !this.#bus.connected) return;
    // The subscription outlives reconnects by itself.
    this.#subscription = this.#bus.connection.subscribe(revocationSubject, {
      callback: (error, message) => {
        if (error) {
          this.#log.warn({ err: error }, 'the news of revocations broke off');
          return;
        }
        const parsed = announcement.safeParse(message.json());
        if (parsed.success) this.#hear(parsed.data.head, parsed.data.items);
      },
    });
  }

  #hear(head: number, items: readonly Revocation[]): void {
    for (const item of items) {
      // Applying one early or twice does no harm; only the head says whether one is missing.
      this.#apply(item);
      if (item.position === this.#head + 1) this.#head = item.position;
    }
    if (this.#known && head <= this.#head) {
      this.#contactAt = Date.now();
    } else {
      this.#contactAt = 0;
      this.#worker.wake();
    }
  }

  /** One question at a time, whoever wants to know. */
  #poll(): Promise<void> {
    this.#polling ??= this.#ask().finally(() => {
      this.#polling = undefined;
    });
    return this.#polling;
  }

  async #ask(): Promise<void> {
    const askedAt = Date.now();
    const answer = await this.#client.call(readRevocations, { query: { after: String(this.#head) }, timeout: 900 });
    if (isRefusal(answer)) throw new ServiceUnavailableError('auth', answer.refused);
    for (const item of answer.body.items) this.#apply(item);
    this.#head = Math.max(this.#head, answer.body.head);
    this.#known = true;
    this.#contactAt = Math.max(this.#contactAt, askedAt);
  }

  #apply(item: Revocation): void {
    this.#revoked.set(`${item.kind}:${item.value}`, Date.parse(item.expiresAt));
    for (const listener of this.#listeners) listener(item.kind, item.value);
  }

  #forgetExpired(): void {
    const now = Date.now();
    for (const [key, expiresAt] of this.#revoked) if (expiresAt < now) this.#revoked.delete(key);
  }
}
