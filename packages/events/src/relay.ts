import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from '@rollcall/database/connect';
import type { Logger } from '@rollcall/service-kit/logging';
import { eventsPublished, outboxBacklog } from '@rollcall/service-kit/metrics';
import { Worker } from '@rollcall/service-kit/worker';
import { natsSubject } from '@rollcall/types/envelope';
import type { ServiceName } from '@rollcall/types/services';
import { eq } from 'drizzle-orm';
import type { PubAck } from 'nats';
import type { ReservedSql } from 'postgres';
import type { Bus } from './bus.ts';
import type { EventTables } from './event-tables.ts';
import type { RelaySource, Waiting } from './relay-source.ts';

export interface RelayOptions {
  readonly service: ServiceName;
  readonly connection: Connection;
  readonly tables: Pick<EventTables, 'streamMarks'>;
  readonly source: RelaySource;
  readonly bus: Bus;
  readonly log: Logger;
}

const batchSize = 256;
const checkEveryMilliseconds = 2_000;

/**
 * Publishes what committed transactions left behind: at least once, in the order of each subject. Of several replicas
 * one is active, by an advisory lock; what two of them might publish twice has the same message id.
 *
 * Postgres is the truth: when the stream turns out to be a new one, or to have lost its tail, what it lost is published
 * again.
 */
export class Relay {
  readonly #options: RelayOptions;
  readonly #worker: Worker;
  readonly #reader: string;
  readonly #lockKey: string;
  #lease: ReservedSql | undefined;
  #checkedAt = 0;
  #streamCreated = '';

  constructor(options: RelayOptions) {
    this.#options = options;
    this.#reader = `relay ${options.source.name}`;
    const hash = createHash('sha256').update(`${options.service} ${this.#reader}`).digest();
    this.#lockKey = hash.readBigInt64BE().toString();
    this.#worker = new Worker({
      name: this.#reader,
      idleMilliseconds: 500,
      log: options.log,
      round: () => this.#round(),
    });
  }

  start(): void {
    this.#worker.start();
  }

  /** Something has committed in this process. */
  wake(): void {
    this.#worker.wake();
  }

  async stop(): Promise<void> {
    await this.#worker.stop();
    await this.#letGo();
  }

  async #round(): Promise<boolean> {
    if (!this.#options.bus.connected) {
      this.#checkedAt = 0;
      return false;
    }
    try {
      if (!(await this.#leads())) return false;
      if (Date.now() - this.#checkedAt >= checkEveryMilliseconds) await this.#checkStream();
      const batch = await this.#options.source.waiting(batchSize);
      outboxBacklog.labels(this.#options.service).set(batch.length);
      if (batch.length === 0) return false;
      await this.#publish(batch);
      return true;
    } catch (error) {
      await this.#letGo();
      this.#checkedAt = 0;
      throw error;
    }
  }

  async #leads(): Promise<boolean> {
    if (this.#lease) {
      // The lock lives and dies with this very connection.
      await this.#lease`select 1`;
      return true;
    }
    const lease = await this.#options.connection.sql.reserve();
    const [row] = await lease<{ ok: boolean }[]>`select pg_try_advisory_lock(${this.#lockKey}::bigint) as ok`;
    if (row?.ok) this.#lease = lease;
    else lease.release();
    return this.#lease !== undefined;
  }

  async #letGo(): Promise<void> {
    const lease = this.#lease;
    this.#lease = undefined;
    if (!lease) return;
    // When the connection is gone, so is the lock; a database that hangs may not hold up a shutdown.
    const unlocked = lease`select pg_advisory_unlock(${this.#lockKey}::bigint)`.catch(() => undefined);
    await Promise.race([unlocked, delay(1_000, undefined, { ref: false })]);
    lease.release();
  }

  async #publish(batch: readonly Waiting[]): Promise<void> {
    const { service, source, bus } = this.#options;
    const jetstream = bus.jetstream();
    const outcomes = await Promise.allSettled(
      batch.map(({ envelope, messageId }) =>
        jetstream.publish(natsSubject(service, envelope.type), JSON.stringify(envelope), {
          msgID: messageId,
          timeout: 5_000,
        }),
      ),
    );
    const taken: { waiting: Waiting; ack: PubAck }[] = [];
    let failure: unknown;
    outcomes.forEach((outcome, index) => {
      const waiting = batch[index];
      if (outcome.status === 'fulfilled' && waiting) taken.push({ waiting, ack: outcome.value });
      else if (outcome.status === 'rejected') failure ??= outcome.reason;
    });

    // A new message at a place where we remember another one: the stream lost its tail and writes over it.
    const fresh = taken.filter(({ ack }) => !ack.duplicate).map(({ ack }) => ack.seq);
    if (fresh.length > 0) await this.#reclaim(Math.min(...fresh));
    if (taken.length > 0) {
      await source.published(taken.map(({ waiting, ack }) => ({ waiting, streamSequence: ack.seq })));
    }
    eventsPublished.labels(service).inc(taken.length);
    if (failure !== undefined) throw failure;
  }

  async #checkStream(): Promise<void> {
    const { connection, tables, bus, log } = this.#options;
    const { streamMarks } = tables;
    const stream = await bus.stream();
    const [mark] = await connection.db.select().from(streamMarks).where(eq(streamMarks.reader, this.#reader));
    if (mark && mark.streamCreated !== stream.created) {
      log.warn('the stream is a new one: everything is published again');
      await this.#reclaim(0);
    } else {
      await this.#reclaim(stream.state.last_seq + 1);
    }
    if (this.#streamCreated !== stream.created) {
      const seen = { streamCreated: stream.created, streamSequence: stream.state.last_seq };
      await connection.db
        .insert(streamMarks)
        .values({ reader: this.#reader, ...seen })
        .onConflictDoUpdate({ target: streamMarks.reader, set: seen });
      this.#streamCreated = stream.created;
    }
    this.#checkedAt = Date.now();
  }

  async #reclaim(streamSequence: number): Promise<void> {
    const events = await this.#options.source.lostFrom(streamSequence);
    if (events > 0) this.#options.log.warn({ events }, 'publishing what the stream lost');
  }
}
