import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from '@rollcall/database/connect';
import { isOutage } from '@rollcall/service-kit/failures';
import type { Logger } from '@rollcall/service-kit/logging';
import { eventsApplied } from '@rollcall/service-kit/metrics';
import { natsSubjectsOf, sourceOf, streamName } from '@rollcall/types/envelope';
import type { ServiceName } from '@rollcall/types/services';
import { AckPolicy, ConsumerEvents, type ConsumerMessages, DeliverPolicy, type JsMsg, nanos } from 'nats';
import { type Bus, isMissing } from './bus.ts';
import type { EventTables } from './event-tables.ts';
import { applyBatch, type Outcome, parkPoisoned } from './inbox.ts';
import { type Incoming, readEnvelope, takeIn } from './intake.ts';
import type { PersonalData } from './personal-data.ts';
import type { Reaction } from './reaction.ts';
import { StreamMark } from './stream-mark.ts';

export interface ConsumerOptions {
  /** Who consumes. */
  readonly service: ServiceName;
  /** Whose events. */
  readonly source: ServiceName;
  readonly reactions: readonly Reaction[];
  readonly connection: Connection;
  readonly tables: EventTables;
  readonly bus: Bus;
  readonly personal: PersonalData;
  /** Asks the source to publish what is missing of a subject. */
  readonly requestRepublication: (source: ServiceName, subject: string) => Promise<void>;
  readonly log: Logger;
}

const batchSize = 100;
const attemptsBeforeParking = 5;
/** A gap that lasts this many deliveries is not a matter of order any more: the event was lost on the road. */
const deliveriesBeforeRepair = 4;
const checkEveryMilliseconds = 5_000;

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
  readonly #reactions: ReadonlyMap<string, Reaction>;
  readonly #durable: string;
  readonly #mark: StreamMark;
  readonly #stopping = new AbortController();
  #messages: ConsumerMessages | undefined;
  #running: Promise<void> | undefined;

  constructor(options: ConsumerOptions) {
    this.#options = options;
    this.#reactions = new Map(options.reactions.map((reaction) => [reaction.definition.type, reaction]));
    this.#durable = `${options.service}-from-${options.source}`;
    this.#mark = new StreamMark(options.connection, options.tables, this.#durable);
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Finishes the batch in hand; what was delivered but not begun is delivered again. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#messages?.stop();
    await this.#running;
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#stopping.signal.aborted) {
      try {
        if (this.#options.bus.connected) {
          await this.#follow();
          failures = 0;
        }
      } catch (error) {
        failures++;
        if (failures === 1) this.#options.log.warn({ err: error, consumer: this.#durable }, 'a consumer starts over');
      }
      await delay(Math.min(100 * 2 ** failures, 2_000), undefined, { signal: this.#stopping.signal }).catch(
        () => undefined,
      );
    }
  }

  /** Consumes until stopped, or until the stream or the consumer turns out not to be what it was. */
  async #follow(): Promise<void> {
    await this.#ensureDurable();
    const consumer = await this.#options.bus.jetstream().consumers.get(streamName, this.#durable);
    const queue: JsMsg[] = [];
    let ended = false;
    let wake = (): void => undefined;
    const messages = await consumer.consume({
      max_messages: batchSize * 2,
      idle_heartbeat: 1_000,
      // Messages that arrive while a batch is applied make up the next one; `max_ack_pending` bounds them.
      callback: (message) => {
        queue.push(message);
        wake();
      },
    });
    this.#messages = messages;
    if (this.#stopping.signal.aborted) messages.stop();
    void messages.closed().then(() => {
      ended = true;
      wake();
    });
    void this.#watch(messages);
    const recheck = setInterval(() => void this.#recheck(messages), checkEveryMilliseconds);
    try {
      while (!ended) {
        if (queue.length > 0) await this.#process(queue.splice(0, batchSize));
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    } finally {
      clearInterval(recheck);
      this.#messages = undefined;
      messages.stop();
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
    const { bus, source, log } = this.#options;
    const stream = await bus.stream();
    const manager = await bus.manager();
    const same = await this.#mark.stillHolds(bus, stream);
    if (!same) {
      log.warn(
        { consumer: this.#durable },
        'the stream is not the one that was read before: reading it from the start',
      );
      await manager.consumers.delete(streamName, this.#durable).catch((error: unknown) => {
        if (!isMissing(error)) throw error;
      });
    }
    await manager.consumers.add(streamName, {
      durable_name: this.#durable,
      filter_subject: natsSubjectsOf(source),
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      ack_wait: nanos(30_000),
      max_ack_pending: 1_000,
      max_deliver: -1,
    });
    await this.#mark.remember(stream, same);
  }

  async #process(messages: readonly JsMsg[]): Promise<void> {
    const readable: { message: JsMsg; incoming: Incoming }[] = [];
    for (const message of messages) {
      const event = readEnvelope(message.data);
      if (event && event.source === sourceOf(this.#options.source)) {
        try {
          readable.push({ message, incoming: await takeIn(event, this.#reactions, this.#options.personal) });
        } catch (error) {
          await this.#fail(message, undefined, error);
        }
      } else {
        // Only services can publish here, and theirs are always readable: there is no subject to hold for this one.
        this.#options.log.error(
          { consumer: this.#durable, sequence: message.seq },
          'a message is no event of its source',
        );
        message.term();
      }
    }
    if (readable.length === 0) return;
    try {
      const outcomes = await this.#apply(readable.map(({ incoming }) => incoming));
      await this.#settle(readable, outcomes);
    } catch (error) {
      if (readable.length === 1 || isOutage(error)) {
        for (const { message, incoming } of readable) await this.#fail(message, incoming, error);
      } else {
        // One of them fails: alone, the others do not suffer for it.
        for (const one of readable) await this.#processAlone(one);
      }
    }
  }

  async #processAlone(one: { message: JsMsg; incoming: Incoming }): Promise<void> {
    try {
      await this.#settle([one], await this.#apply([one.incoming]));
    } catch (error) {
      await this.#fail(one.message, one.incoming, error);
    }
  }

  #apply(batch: readonly Incoming[]): Promise<Outcome[]> {
    const { connection, tables, source } = this.#options;
    return applyBatch(connection.db, tables, sourceOf(source), batch);
  }

  async #settle(batch: readonly { message: JsMsg; incoming: Incoming }[], outcomes: readonly Outcome[]): Promise<void> {
    const { service, source, log } = this.#options;
    for (const [index, { message, incoming }] of batch.entries()) {
      const outcome = outcomes[index] ?? 'held';
      eventsApplied.labels(service, source, outcome).inc();
      if (outcome === 'held') {
        await this.#hold(message, incoming);
        continue;
      }
      if (outcome === 'parked') {
        log.error(
          { consumer: this.#durable, eventId: incoming.envelope.id, reason: incoming.defect },
          'parked an event',
        );
      }
      message.ack();
      this.#mark.passed(message.seq, incoming.envelope.id);
    }
    await this.#mark.save();
  }

  async #hold(message: JsMsg, { envelope }: Incoming): Promise<void> {
    message.nak(Math.min(100 * message.info.redeliveryCount, 2_000));
    if (message.info.redeliveryCount % deliveriesBeforeRepair !== 0) return;
    const { source, log, requestRepublication } = this.#options;
    try {
      await requestRepublication(source, envelope.subject);
    } catch (error) {
      log.warn({ err: error, consumer: this.#durable }, 'a missing event could not be asked for');
    }
  }

  async #fail(message: JsMsg, incoming: Incoming | undefined, error: unknown): Promise<void> {
    const { connection, tables, log } = this.#options;
    const attempt = message.info.redeliveryCount;
    if (incoming && !isOutage(error) && attempt >= attemptsBeforeParking) {
      log.error(
        { err: error, consumer: this.#durable, eventId: incoming.envelope.id },
        'parked an event that keeps failing',
      );
      const reason = error instanceof Error ? error.name : 'failed';
      try {
        await parkPoisoned(connection.db, tables, incoming.envelope, reason);
        message.ack();
        return;
      } catch (parking) {
        log.warn({ err: parking, consumer: this.#durable }, 'an event could not be parked yet');
      }
    } else {
      log.warn({ err: error, consumer: this.#durable, attempt }, 'an event could not be applied yet');
    }
    message.nak(Math.min(200 * 2 ** attempt, 5_000));
  }
}
