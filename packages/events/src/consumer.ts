import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from '@rollcall/database/connect';
import { isOutage } from '@rollcall/service-kit/failures';
import type { Logger } from '@rollcall/service-kit/logging';
import { streamName } from '@rollcall/types/envelope';
import type { StatefulService } from '@rollcall/types/services';
import { ConsumerEvents, type ConsumerMessages, type JsMsg } from 'nats';
import type { Bus } from './bus.ts';
import { ackWaitMilliseconds, Durable } from './durable.ts';
import type { EventTables } from './event-tables.ts';
import { GapRepair, type RequestRepublication } from './gap-repair.ts';
import { MessageApplier } from './message-applier.ts';
import type { PersonalData } from './personal-data.ts';
import type { Reaction } from './reaction.ts';
import { type RequestSnapshot, SnapshotReader } from './snapshot.ts';
import { StreamMark } from './stream-mark.ts';

export interface ConsumerOptions {
  /** Who consumes. */
  readonly service: StatefulService;
  /** Whose events. */
  readonly source: StatefulService;
  readonly reactions: readonly Reaction[];
  readonly connection: Connection;
  readonly tables: EventTables;
  readonly bus: Bus;
  readonly personal: PersonalData;
  /** Asks the source to publish what is missing of a subject. */
  readonly requestRepublication: RequestRepublication;
  /** Asks the source for what stands now. */
  readonly requestSnapshot: RequestSnapshot;
  /** Reactions have committed: events of their own may wait. */
  readonly committed: () => void;
  readonly log: Logger;
}

export interface ConsumerLag {
  /** Not acknowledged yet, those in hand included. */
  readonly events: number;
  /** The place in the stream up to which nothing is left to do. */
  readonly doneUpTo: number;
}

const batchSize = 100;
const checkEveryMilliseconds = 2_000;

/** The durable or the stream is gone, or the server does not answer. */
const reasonsToStartOver: ReadonlySet<string> = new Set([
  ConsumerEvents.HeartbeatsMissed,
  ConsumerEvents.ConsumerDeleted,
  ConsumerEvents.ConsumerNotFound,
  ConsumerEvents.StreamNotFound,
]);

/**
 * Follows all events of one source with a durable pull consumer. Effects and the mark "done" commit in one transaction
 * of the consuming service; only then is a message acknowledged.
 */
export class Consumer {
  readonly #options: ConsumerOptions;
  readonly #name: string;
  readonly #durable: Durable;
  readonly #mark: StreamMark;
  readonly #applier: MessageApplier;
  readonly #snapshot: SnapshotReader;
  readonly #stopping = new AbortController();
  #messages: ConsumerMessages | undefined;
  #running: Promise<void> | undefined;

  constructor(options: ConsumerOptions) {
    this.#options = options;
    this.#name = `${options.service}-from-${options.source}`;
    this.#mark = new StreamMark(options.connection, options.tables, this.#name);
    this.#durable = new Durable({ ...options, name: this.#name, mark: this.#mark });
    this.#snapshot = new SnapshotReader(options);
    const passOver = (subject: string, firstKept: number) => this.#snapshot.passOver(subject, firstKept);
    const repair = new GapRepair(options.source, options.requestRepublication, passOver, options.log);
    this.#applier = new MessageApplier({ ...options, repair, mark: this.#mark });
  }

  /** Whose events it follows. */
  get source(): StatefulService {
    return this.#options.source;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Finishes the batch in hand; what was delivered but not begun is given back. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#messages?.stop();
    // A database that hangs may not hold up a shutdown: what does not commit is delivered again.
    await Promise.race([this.#running, delay(1_500, undefined, { ref: false })]);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    let failures = 0;
    while (!signal.aborted) {
      try {
        if (this.#options.bus.connected) {
          await this.#follow();
          failures = 0;
        }
      } catch (error) {
        if (signal.aborted) return;
        failures++;
        if (failures === 1) this.#options.log.warn({ err: error, consumer: this.#name }, 'a consumer starts over');
      }
      await delay(Math.min(100 * 2 ** failures, 2_000), undefined, { signal }).catch(() => undefined);
    }
  }

  /** How far it is behind its source; undefined before it has begun. */
  async lag(): Promise<ConsumerLag | undefined> {
    const info = await this.#durable.info();
    return info && { events: info.num_pending + info.num_ack_pending, doneUpTo: info.ack_floor.stream_seq };
  }

  /** Consumes until stopped, or until the connection breaks, or the stream or the consumer is not what it was. */
  async #follow(): Promise<void> {
    const { broken } = this.#options.bus;
    await this.#ensureDurable();
    const consumer = await this.#options.bus.jetstream().consumers.get(streamName, this.#name);
    const queue: JsMsg[] = [];
    let inHand: readonly JsMsg[] = [];
    let ended = false;
    let wake = (): void => undefined;
    const messages = await consumer.consume({
      max_messages: batchSize * 2,
      idle_heartbeat: 1_000,
      // What the server sends to a connection that is dead without its knowing is lost for no longer than this.
      expires: 5_000,
      // Messages that arrive while a batch is applied make up the next one; `max_ack_pending` bounds them.
      callback: (message) => {
        queue.push(message);
        wake();
      },
    });
    this.#messages = messages;
    // The server may come back without what it had last. Before the stream is checked, nothing newer may be read: the mark
    // would move on, and no longer tell.
    const stop = (): void => messages.stop();
    broken.addEventListener('abort', stop, { once: true });
    if (this.#stopping.signal.aborted || broken.aborted) stop();
    void messages.closed().then(() => {
      ended = true;
      wake();
    });
    void this.#watch(messages);
    const recheck = setInterval(() => void this.#recheck(messages), checkEveryMilliseconds);
    // What waits here is in good hands: without a word from us the server would give it out again.
    const working = setInterval(() => {
      if (this.#options.bus.connected) for (const message of [...inHand, ...queue]) message.working();
    }, ackWaitMilliseconds / 3);
    try {
      while (!ended) {
        inHand = queue.splice(0, batchSize);
        if (inHand.length > 0) await this.#applier.apply(inHand, this.#stopping.signal);
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    } finally {
      clearInterval(recheck);
      clearInterval(working);
      broken.removeEventListener('abort', stop);
      this.#messages = undefined;
      messages.stop();
      if (this.#options.bus.connected) for (const message of [...inHand, ...queue]) message.nak();
    }
  }

  async #watch(messages: ConsumerMessages): Promise<void> {
    for await (const status of await messages.status()) {
      if (reasonsToStartOver.has(status.type)) messages.stop();
    }
  }

  async #recheck(messages: ConsumerMessages): Promise<void> {
    try {
      const stream = await this.#options.bus.stream();
      if (!(await this.#mark.stillHolds(this.#options.bus, stream))) messages.stop();
    } catch (error) {
      if (!isOutage(error)) this.#options.log.debug({ err: error }, 'the stream could not be checked');
    }
  }

  async #ensureDurable(): Promise<void> {
    const { stream, same } = await this.#durable.ensure();
    // Before the mark is made: broken off, it is begun again.
    if ((await this.#mark.place()) === undefined) await this.#snapshot.readAll(this.#stopping.signal);
    if (this.#stopping.signal.aborted) return;
    await this.#mark.remember(stream, same);
  }
}
