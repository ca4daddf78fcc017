import type { Connection } from '@rollcall/database/connect';
import { isOutage } from '@rollcall/service-kit/failures';
import type { Logger } from '@rollcall/service-kit/logging';
import { eventsApplied } from '@rollcall/service-kit/metrics';
import { storyIds } from '@rollcall/service-kit/tracing';
import { type Envelope, sourceOf } from '@rollcall/types/envelope';
import type { StatefulService } from '@rollcall/types/services';
import type { JsMsg } from 'nats';
import type { EventTables } from './event-tables.ts';
import type { GapRepair } from './gap-repair.ts';
import { applyBatch, lastSequence, type Outcome, parkPoisoned, setAside } from './inbox.ts';
import { type Incoming, readEnvelope, takeIn } from './intake.ts';
import type { PersonalData } from './personal-data.ts';
import type { Reaction } from './reaction.ts';
import type { StreamMark } from './stream-mark.ts';
import { unlessAborted } from './unless-aborted.ts';

export interface MessageApplierOptions {
  readonly service: StatefulService;
  readonly source: StatefulService;
  readonly reactions: readonly Reaction[];
  readonly connection: Connection;
  readonly tables: EventTables;
  readonly personal: PersonalData;
  readonly mark: StreamMark;
  readonly repair: GapRepair;
  /** Reactions have committed: events of their own may wait. */
  readonly committed: () => void;
  readonly log: Logger;
}

const attemptsBeforeParking = 5;
/** A gap that lasts this many deliveries is not a matter of order any more: the event was lost on the road. */
const deliveriesBeforeRepair = 4;
/** Some two minutes: nobody has the missing event. What waits behind it may not fill the road. */
const deliveriesBeforeSettingAside = 60;

interface Delivery {
  readonly message: JsMsg;
  readonly incoming: Incoming;
}

/** Applies the messages of one source, and tells JetStream of each what became of it. */
export class MessageApplier {
  readonly #options: MessageApplierOptions;
  readonly #reactions: ReadonlyMap<string, Reaction>;
  /** How often each event has failed here. Deliveries are no measure: one that waits for another is no failure. */
  readonly #failures = new Map<string, number>();

  constructor(options: MessageApplierOptions) {
    this.#options = options;
    this.#reactions = new Map(options.reactions.map((reaction) => [reaction.definition.type, reaction]));
  }

  async apply(messages: readonly JsMsg[], signal: AbortSignal): Promise<void> {
    // The keys of personal values come from another service, which may be slow to answer.
    const taken = await unlessAborted(signal, Promise.all(messages.map((message) => this.#takeIn(message))));
    const deliveries = taken.flatMap((delivery) => delivery ?? []);
    if (deliveries.length === 0) return;
    try {
      await this.#applyTogether(deliveries);
    } catch (error) {
      if (deliveries.length === 1 || (isOutage(error) && !(await this.#databaseAnswers()))) {
        for (const delivery of deliveries) await this.#fail(delivery, error);
      } else {
        // One of them fails: alone, the others do not suffer for it.
        for (const delivery of deliveries) await this.#applyAlone(delivery);
      }
    }
  }

  async #takeIn(message: JsMsg): Promise<Delivery | undefined> {
    const { source, personal, mark, log } = this.#options;
    const event = readEnvelope(message.data);
    if (event?.source !== sourceOf(source)) {
      // Only services can publish here, and theirs are always readable: there is no subject to hold for this one.
      log.error({ source, sequence: message.seq }, 'a message is no event of its source');
      mark.passed(message.seq, message.data);
      if (await mark.save()) message.term();
      return undefined;
    }
    try {
      return { message, incoming: await takeIn(event, this.#reactions, personal) };
    } catch (error) {
      log.warn({ err: error, ...telling(event) }, 'an event could not be opened yet');
      message.nak(Math.min(200 * 2 ** message.info.redeliveryCount, 5_000));
      return undefined;
    }
  }

  async #applyAlone(delivery: Delivery): Promise<void> {
    try {
      await this.#applyTogether([delivery]);
    } catch (error) {
      await this.#fail(delivery, error);
    }
  }

  async #applyTogether(deliveries: readonly Delivery[]): Promise<void> {
    const { connection, tables, source, mark, committed } = this.#options;
    const events = deliveries.map(({ incoming }) => incoming);
    const outcomes = await applyBatch(connection.db, tables, sourceOf(source), events);
    if (outcomes.includes('applied')) committed();
    const settled = deliveries.map((delivery, index) => ({ ...delivery, outcome: outcomes[index] ?? 'held' }));
    for (const { message, outcome } of settled) if (outcome !== 'held') mark.passed(message.seq, message.data);
    // Of another stream by now: it knows nothing of these messages.
    if (!(await mark.save())) return;
    for (const { outcome, ...delivery } of settled) await this.#settle(delivery, outcome);
  }

  async #settle({ message, incoming }: Delivery, outcome: Outcome): Promise<void> {
    const { service, source, log } = this.#options;
    eventsApplied.labels(service, source, outcome).inc();
    if (outcome === 'held') return this.#hold(message, incoming);
    if (outcome === 'parked') {
      log.error({ ...telling(incoming.envelope), reason: incoming.defect }, 'parked an event');
    }
    // Of an event that nothing is done about there is nothing to tell.
    if (outcome === 'applied' && incoming.reaction) log.debug(telling(incoming.envelope), 'an event was applied');
    this.#failures.delete(incoming.envelope.id);
    message.ack();
  }

  async #hold(message: JsMsg, { envelope }: Incoming): Promise<void> {
    const { connection, tables, repair, mark, log } = this.#options;
    const deliveries = message.info.redeliveryCount;
    if (deliveries % deliveriesBeforeRepair === 0) {
      const last = await lastSequence(connection.db, tables, envelope.source, envelope.subject);
      repair.ask(envelope.subject, last + 1);
    }
    if (deliveries >= deliveriesBeforeSettingAside) {
      const outcome = await setAside(connection.db, tables, envelope);
      if (outcome !== 'held') {
        log.error(telling(envelope), 'parked an event whose predecessor does not come');
        mark.passed(message.seq, message.data);
        if (await mark.save()) message.ack();
        return;
      }
    }
    message.nak(Math.min(100 * deliveries, 2_000));
  }

  async #fail(delivery: Delivery, error: unknown): Promise<void> {
    const { message, incoming } = delivery;
    const { envelope } = incoming;
    const { connection, tables, log } = this.#options;
    const failures = (this.#failures.get(envelope.id) ?? 0) + 1;
    this.#failures.set(envelope.id, failures);
    // What fails because something is away succeeds once it is back.
    if (failures < attemptsBeforeParking || isOutage(error)) {
      log.warn({ err: error, ...telling(envelope), failures }, 'an event could not be applied yet');
      message.nak(Math.min(200 * 2 ** Math.min(failures, 10), 5_000));
      return;
    }
    try {
      const reason = error instanceof Error ? error.name : 'failed';
      log.error({ err: error, ...telling(envelope) }, 'an event keeps failing');
      await this.#settle(delivery, await parkPoisoned(connection.db, tables, envelope, reason));
    } catch (parking) {
      log.warn({ err: parking, ...telling(envelope) }, 'an event could not be parked yet');
      message.nak(2_000);
    }
  }

  async #databaseAnswers(): Promise<boolean> {
    return this.#options.connection.ping().then(
      () => true,
      () => false,
    );
  }
}

/** Which event a log line is about, and which request it follows from. */
const telling = ({ id, type, source, correlationid, traceparent }: Envelope) => ({
  ...storyIds(correlationid, traceparent),
  source,
  eventId: id,
  type,
});
