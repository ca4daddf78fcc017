import type { Bus } from '@rollcall/events/bus';
import type { Logger } from '@rollcall/service-kit/logging';
import { type ServiceClient, ServiceUnavailableError } from '@rollcall/service-kit/service-client';
import { Worker } from '@rollcall/service-kit/worker';
import { isRefusal } from '@rollcall/types/problems';
import { type Revocation, readRevocations } from '@rollcall/types/routes/auth/revocations';
import { RevocationNews } from './revocation-news.ts';

/** After so long without news, auth is asked; NATS may be down. */
const silenceMilliseconds = 750;
/** What is older than this is not relied on: nothing is allowed from it. */
const boundMilliseconds = 1_000;
const cleanUpMilliseconds = 10_000;

type Kind = Revocation['kind'];
type RevokedListener = (kind: Kind, value: string) => void;

const longAgo = Number.NEGATIVE_INFINITY;

/**
 * Every revocation that still matters, in memory, no older than a second. Auth announces them over NATS and beats the
 * position of the last; on silence, or when one was missed, auth is asked over HTTP. Ages go by a clock that never
 * runs back.
 */
export class RevocationList {
  readonly #client: ServiceClient;
  readonly #news: RevocationNews;
  readonly #revoked = new Map<string, number>();
  readonly #listeners = new Set<RevokedListener>();
  readonly #freshListeners = new Set<() => void>();
  readonly #worker: Worker;
  #head = 0;
  /** The highest head that was heard of: an answer that does not reach it is too old to rely on. */
  #announced = 0;
  #contactAt = longAgo;
  #cleanedAt = longAgo;
  #polling: Promise<void> | undefined;

  constructor(client: ServiceClient, bus: Bus, log: Logger) {
    this.#client = client;
    this.#news = new RevocationNews(bus, log, (head, items) => this.#hear(head, items));
    this.#worker = new Worker({ name: 'revocations', idleMilliseconds: 100, log, round: () => this.#round() });
  }

  start(): void {
    this.#worker.start();
  }

  async stop(): Promise<void> {
    this.#news.stop();
    await this.#worker.stop();
  }

  /** Tells of every revocation from now on; returns how to stop listening. */
  onRevoked(listener: RevokedListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells whenever there has been contact: what was held back because of {@link isFresh} may go. */
  onFresh(listener: () => void): () => void {
    this.#freshListeners.add(listener);
    return () => this.#freshListeners.delete(listener);
  }

  get isFresh(): boolean {
    return performance.now() - this.#contactAt <= boundMilliseconds;
  }

  /** @throws {ServiceUnavailableError} when the list is older than its bound and auth does not answer. */
  async ensureFresh(): Promise<void> {
    if (this.isFresh) return;
    await this.#poll();
    if (!this.isFresh) throw new ServiceUnavailableError('auth', new Error('its revocations lag behind its own news'));
  }

  isRevoked(kind: Kind, value: string): boolean {
    return this.#revoked.has(`${kind}:${value}`);
  }

  async #round(): Promise<boolean> {
    this.#news.follow();
    this.#forgetExpired();
    if (performance.now() - this.#contactAt > silenceMilliseconds) await this.#poll();
    return false;
  }

  #hear(head: number, items: readonly Revocation[]): void {
    for (const item of items) {
      // Applying one early or twice does no harm; only the head says whether one is missing.
      this.#apply(item);
      if (item.position === this.#head + 1) this.#head = item.position;
    }
    this.#announced = Math.max(this.#announced, head);
    // A head below ours is an old beat, or auth came back from a backup: neither is news, and silence will ask.
    if (head < this.#head) return;
    if (head === this.#head && this.#contactAt !== longAgo) {
      this.#contact(performance.now());
    } else {
      this.#contactAt = longAgo;
      this.#worker.wake();
    }
  }

  /** One question at a time, whoever wants to know. */
  #poll(): Promise<void> {
    this.#polling ??= this.#catchUp().finally(() => {
      this.#polling = undefined;
    });
    return this.#polling;
  }

  async #catchUp(): Promise<void> {
    // The question may have crossed with news; the second answer is then as new as they are.
    for (let attempt = 1; attempt <= 2; attempt++) {
      const askedAt = performance.now();
      const head = await this.#ask();
      if (head >= this.#announced || attempt === 2) {
        this.#announced = head;
        this.#contact(askedAt);
        return;
      }
    }
  }

  async #ask(): Promise<number> {
    const after = this.#head;
    const answer = await this.#client.call(readRevocations, { query: { after: String(after) }, timeout: 900 });
    if (isRefusal(answer)) throw new ServiceUnavailableError('auth', answer.refused);
    const { head, items } = answer.body;
    for (const item of items) this.#apply(item);
    if (head < after && this.#head === after) {
      // Auth came back from a backup and counts from an earlier position: everything is asked for anew.
      this.#head = 0;
      return this.#ask();
    }
    this.#head = Math.max(this.#head, head);
    return head;
  }

  #contact(at: number): void {
    this.#contactAt = Math.max(this.#contactAt, at);
    for (const listener of this.#freshListeners) listener();
  }

  #apply({ kind, value, expiresAt }: Revocation): void {
    const key = `${kind}:${value}`;
    const isNew = !this.#revoked.has(key);
    this.#revoked.set(key, Date.parse(expiresAt));
    if (isNew) for (const listener of this.#listeners) listener(kind, value);
  }

  #forgetExpired(): void {
    if (performance.now() - this.#cleanedAt < cleanUpMilliseconds) return;
    this.#cleanedAt = performance.now();
    const now = Date.now();
    for (const [key, expiresAt] of this.#revoked) if (expiresAt < now) this.#revoked.delete(key);
  }
}
