import { createHash } from 'node:crypto';
import { withAdvisoryLock } from '@rollcall/database/advisory-lock';
import type { Connection } from '@rollcall/database/connect';
import type { Logger } from '@rollcall/service-kit/logging';
import { natsSubjectsOf, streamName } from '@rollcall/types/envelope';
import type { StatefulService } from '@rollcall/types/services';
import { AckPolicy, type ConsumerInfo, DeliverPolicy, nanos, type StreamInfo } from 'nats';
import { type Bus, isMissing } from './bus.ts';
import type { StreamMark } from './stream-mark.ts';

/** So long after a crash the next replica gets what the dead one had in hand, or what was on its way to it. */
export const ackWaitMilliseconds = 5_000;

const settings = {
  ack_wait: nanos(ackWaitMilliseconds),
  max_ack_pending: 1_000,
  max_deliver: -1,
};

/** Stands with a durable for all replicas to read: in which run of a server it was seen to give out everything. */
const checkedOn = (serverRun: string | undefined): string => `seen to give out everything in run ${serverRun ?? ''}`;

/** The same for all replicas, and of no other durable. */
const lockOf = (name: string): bigint => createHash('sha256').update(`durable ${name}`).digest().readBigInt64BE();

const turns = new WeakMap<Connection, Promise<unknown>>();

/** One durable of a process after the other: each takes two connections, and there are only five. */
const inTurn = <T>(connection: Connection, work: () => Promise<T>): Promise<T> => {
  const done = (turns.get(connection) ?? Promise.resolve()).then(work);
  turns.set(
    connection,
    done.catch(() => undefined),
  );
  return done;
};

export interface DurableOptions {
  /** The same for all replicas of a service. */
  readonly name: string;
  /** Whose events. */
  readonly source: StatefulService;
  readonly connection: Connection;
  readonly bus: Bus;
  readonly mark: StreamMark;
  readonly log: Logger;
}

/** A durable consumer as the server keeps it, for all replicas of a service. */
export class Durable {
  readonly #options: DurableOptions;

  constructor(options: DurableOptions) {
    this.#options = options;
  }

  /**
   * Finds it, or makes it, so that it gives out whatever has not been dealt with. One replica at a time: of two, one would
   * find nothing where the other is about to make it anew.
   *
   * @returns the stream, and whether it is the one that was read before.
   */
  ensure(): Promise<{ readonly stream: StreamInfo; readonly same: boolean }> {
    const { connection, name } = this.#options;
    return inTurn(connection, () => withAdvisoryLock(connection.sql, lockOf(name), () => this.#ensure()));
  }

  async #ensure(): Promise<{ readonly stream: StreamInfo; readonly same: boolean }> {
    const { bus, name, mark, log } = this.#options;
    const { serverRun } = bus;
    const stream = await bus.stream();
    const same = await mark.stillHolds(bus, stream);
    const known = await this.info();
    if (!same) {
      log.warn({ consumer: name }, 'the stream is not the one that was read before: reading it from the start');
    }
    const start = same ? await this.#startAnewAt(known, serverRun) : 1;
    if (start !== undefined) await this.#make(known, start, serverRun);
    else
      await (await bus.manager()).consumers.update(streamName, name, {
        ...settings,
        description: checkedOn(serverRun),
      });
    return { stream, same };
  }

  /** Where it has to begin again, if it has to. */
  async #startAnewAt(known: ConsumerInfo | undefined, serverRun: string | undefined): Promise<number | undefined> {
    if (!known) return 1;
    if (known.config.description === checkedOn(serverRun) || known.num_ack_pending === 0) return undefined;
    // Between a server's end and its next run it may have lost what it had sent out and nobody had dealt with. What has been
    // written in its place since, it would take for sent.
    const place = (await this.#options.mark.place()) ?? 0;
    if (known.delivered.stream_seq <= place) return undefined;
    // One that was only just made tells of a floor of 0.
    const floor = Math.max(known.ack_floor.stream_seq, (known.config.opt_start_seq ?? 1) - 1);
    return Math.min(floor, place) + 1;
  }

  /** What the server says of it; undefined when it has none. */
  async info(): Promise<ConsumerInfo | undefined> {
    const manager = await this.#options.bus.manager();
    try {
      return await manager.consumers.info(streamName, this.#options.name);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async #make(known: ConsumerInfo | undefined, startSequence: number, serverRun: string | undefined): Promise<void> {
    const { bus, name, source } = this.#options;
    const manager = await bus.manager();
    if (known) {
      await manager.consumers.delete(streamName, name).catch((error: unknown) => {
        if (!isMissing(error)) throw error;
      });
    }
    await manager.consumers.add(streamName, {
      ...settings,
      durable_name: name,
      description: checkedOn(serverRun),
      filter_subject: natsSubjectsOf(source),
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: startSequence,
    });
  }
}
