import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from '@rollcall/database/connect';
import type { Logger } from '@rollcall/service-kit/logging';
import { consumerLag, eventsParkedNow, outboxBacklog, outboxOldest } from '@rollcall/service-kit/metrics';
import { Worker } from '@rollcall/service-kit/worker';
import { sourceOf } from '@rollcall/types/envelope';
import type { StatefulService } from '@rollcall/types/services';
import { count } from 'drizzle-orm';
import type { Bus } from './bus.ts';
import type { Consumer } from './consumer.ts';
import type { EventTables } from './event-tables.ts';
import type { RelaySource } from './relay-source.ts';

export interface LagWatchOptions {
  readonly service: StatefulService;
  readonly connection: Connection;
  readonly tables: EventTables;
  readonly bus: Bus;
  readonly sources: readonly RelaySource[];
  readonly consumers: readonly Consumer[];
  readonly log: Logger;
  /** For specs; 5,000 unless told. */
  readonly everyMilliseconds?: number;
  /** How long something may be behind before it is told; 30 unless told. */
  readonly alarmSeconds?: number;
}

/**
 * Measures how far a service's events are behind on their way out and in, for the metrics, and says in the log when
 * something stands still: once when it has for a while, and once when it goes on.
 */
export class LagWatch {
  readonly #options: LagWatchOptions;
  readonly #worker: Worker;
  readonly #alarmMilliseconds: number;
  /** What was told to be behind. */
  readonly #told = new Set<string>();
  /** Where each consumer that has something to do has come to, and since when. */
  readonly #standing = new Map<StatefulService, { readonly doneUpTo: number; readonly since: number }>();

  constructor(options: LagWatchOptions) {
    this.#options = options;
    this.#alarmMilliseconds = (options.alarmSeconds ?? 30) * 1_000;
    this.#worker = new Worker({
      name: 'lag watch',
      idleMilliseconds: options.everyMilliseconds ?? 5_000,
      log: options.log,
      round: () => this.#round(),
    });
  }

  start(): void {
    this.#worker.start();
  }

  /** Does not wait for a database or a bus that hangs: nothing is lost with a measurement. */
  async stop(): Promise<void> {
    await Promise.race([this.#worker.stop(), delay(500, undefined, { ref: false })]);
  }

  async #round(): Promise<boolean> {
    const { bus, consumers, sources } = this.#options;
    for (const source of sources) await this.#measureSource(source);
    await this.#countParked();
    // Without NATS nobody can say, and the outboxes of the sources tell all the same.
    if (bus.connected) for (const consumer of consumers) await this.#measureConsumer(consumer);
    return false;
  }

  async #measureSource(source: RelaySource): Promise<void> {
    const { service } = this.#options;
    const { events, oldestSeconds } = await source.backlog();
    outboxBacklog.labels(service, source.name).set(events);
    outboxOldest.labels(service, source.name).set(oldestSeconds);
    const what = { source: source.name, events, oldestSeconds: Math.round(oldestSeconds) };
    this.#tell(
      `out ${source.name}`,
      oldestSeconds * 1_000 >= this.#alarmMilliseconds,
      what,
      'events wait to be published',
    );
  }

  async #measureConsumer(consumer: Consumer): Promise<void> {
    const { service } = this.#options;
    const { source } = consumer;
    const lag = await consumer.lag();
    if (lag === undefined) return;
    const { events, doneUpTo } = lag;
    consumerLag.labels(service, source).set(events);
    const now = performance.now();
    const before = this.#standing.get(source);
    // One that has always something in hand is busy; it is behind when it gets no further.
    const since = before?.doneUpTo === doneUpTo ? before.since : now;
    if (events === 0) this.#standing.delete(source);
    else this.#standing.set(source, { doneUpTo, since });
    const stands = events > 0 && now - since >= this.#alarmMilliseconds;
    this.#tell(`in ${source}`, stands, { source, events }, 'a consumer gets no further');
  }

  async #countParked(): Promise<void> {
    const { connection, consumers, service, tables } = this.#options;
    const { parkedEvents } = tables;
    const rows = await connection.db
      .select({ source: parkedEvents.source, events: count() })
      .from(parkedEvents)
      .groupBy(parkedEvents.source);
    const parked = new Map(rows.map(({ source, events }) => [source, events]));
    for (const { source } of consumers) eventsParkedNow.labels(service, source).set(parked.get(sourceOf(source)) ?? 0);
  }

  #tell(key: string, behind: boolean, what: object, message: string): void {
    const { log } = this.#options;
    if (behind && !this.#told.has(key)) {
      this.#told.add(key);
      log.error(what, message);
    } else if (!behind && this.#told.delete(key)) {
      log.warn(what, `${message}: no longer`);
    }
  }
}
