import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from '@rollcall/database/connect';
import type { Logger } from '@rollcall/service-kit/logging';
import { eventsPublished } from '@rollcall/service-kit/metrics';
import { Worker } from '@rollcall/service-kit/worker';
import { natsSubject } from '@rollcall/types/envelope';
import type { StatefulService } from '@rollcall/types/services';
import { eq } from 'drizzle-orm';
import type { ReservedSql } from 'postgres';
import type { Bus } from './bus.ts';
import type { EventTables } from './event-tables.ts';
import type { Publication, RelaySource, Waiting } from './relay-source.ts';
import { findLoss } from './stream-loss.ts';
import { unlessAborted } from './unless-aborted.ts';

export interface RelayOptions {
  readonly service: StatefulService;
  readonly connection: Connection;
  readonly tables: Pick<EventTables, 'streamMarks'>;
  readonly source: RelaySource;
  readonly bus: Bus;
  readonly log: Logger;
}

const batchSize = 256;
const checkEveryMilliseconds = 2_000;
/** The lease is touched twice a second; a batch that NATS does not answer takes five seconds. */
const leaseTimeout = '15s';

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

  constructor(options: RelayOptions) {
    this.#options = options;
    this.#reader = `relay ${options.source.name}`;
    const hash = createHash('sha256').update(`${options.service} ${this.#reader}`).digest();
    this.#lockKey = hash.readBigInt64BE().toString();
    this.#worker = new Worker({
      name: this.#reader,
      idleMilliseconds: 500,
      log: options.log,
      round: (signal) => this.#round(signal),
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
    // A database that hangs may not hold up a shutdown; whatever is left undone here is done again elsewhere.
    await Promise.race([this.#worker.stop(), delay(1_000, undefined, { ref: false })]);
    await this.#letGo();
  }

  async #round(signal: AbortSignal): Promise<boolean> {
    if (!this.#options.bus.connected) {
      // Another replica may have a way to NATS.
      await this.#letGo();
      this.#checkedAt = 0;
      return false;
    }
    try {
      if (!(await this.#leads())) return false;
      if (Date.now() - this.#checkedAt >= checkEveryMilliseconds) await this.#checkStream();
      const batch = await this.#options.source.waiting(batchSize);
      if (batch.length === 0) return false;
      return await this.#publish(batch, signal);
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
    try {
      const [row] = await lease<{ ok: boolean }[]>`select pg_try_advisory_lock(${this.#lockKey}::bigint) as ok`;
      if (row?.ok) this.#lease = lease;
    } finally {
      if (!this.#lease) lease.release();
    }
    // A process that stands still, or whose machine is gone, must not lead for as long as its connection seems to be there.
    // Only now: were this to fail before, the lock would go back to the pool with its connection.
    if (!this.#lease) return false;
    await this.#lease`select set_config('idle_session_timeout', ${leaseTimeout}, false)`;
    return true;
  }

  async #letGo(): Promise<void> {
    const lease = this.#lease;
    this.#lease = undefined;
    if (!lease) return;
    // When the connection is gone, so is the lock.
    const unlocked =
      lease`select pg_advisory_unlock(${this.#lockKey}::bigint), set_config('idle_session_timeout', '0', false)`.catch(
        () => undefined,
      );
    await Promise.race([unlocked, delay(500, undefined, { ref: false })]);
    lease.release();
  }

  async #publish(batch: readonly Waiting[], signal: AbortSignal): Promise<boolean> {
    const { service, source, bus } = this.#options;
    const jetstream = bus.jetstream();
    const outcomes = await unlessAborted(
      signal,
      Promise.allSettled(
        batch.map(async (waiting): Promise<Publication> => {
          const { envelope, messageId } = waiting;
          const subject = natsSubject(service, envelope.type);
          const options = { msgID: messageId, timeout: 5_000 };
          const ack = await jetstream.publish(subject, JSON.stringify(envelope), options);
          return { waiting, streamSequence: ack.seq };
        }),
      ),
    );
    const taken = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    // Before these are remembered: were the stream to have lost its tail, they would stand where its end was and hide it.
    const lost = taken.length > 0 && (await this.#publishLossAgain());
    if (taken.length > 0) await source.published(taken);
    eventsPublished.labels(service).inc(taken.length);
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    // A server that loses what it has just acknowledged is not given the same again and again without a pause.
    return !lost;
  }

  async #checkStream(): Promise<void> {
    const { connection, tables, bus } = this.#options;
    const { streamMarks } = tables;
    const stream = await bus.stream();
    const [mark] = await connection.db.select().from(streamMarks).where(eq(streamMarks.reader, this.#reader));
    if (mark?.streamCreated === stream.created) {
      await this.#publishLossAgain();
    } else {
      if (mark) await this.#waitAgain(0);
      const seen = { streamCreated: stream.created, streamSequence: stream.state.last_seq };
      await connection.db
        .insert(streamMarks)
        .values({ reader: this.#reader, ...seen })
        .onConflictDoUpdate({ target: streamMarks.reader, set: seen });
    }
    this.#checkedAt = Date.now();
  }

  async #publishLossAgain(): Promise<boolean> {
    const lostFrom = await findLoss(this.#options.bus, this.#options.source);
    if (lostFrom !== undefined) await this.#waitAgain(lostFrom);
    return lostFrom !== undefined;
  }

  async #waitAgain(lostFrom: number): Promise<void> {
    const events = await this.#options.source.lostFrom(lostFrom);
    if (events > 0) this.#options.log.warn({ events, lostFrom }, 'publishing what the stream lost');
  }
}
