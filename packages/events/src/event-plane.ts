import type { Connection, Transaction } from '@rollcall/database/connect';
import type { Logger } from '@rollcall/service-kit/logging';
import type { ServiceClient } from '@rollcall/service-kit/service-client';
import type { Worker } from '@rollcall/service-kit/worker';
import { isRefusal } from '@rollcall/types/problems';
import { eventRoutesOf } from '@rollcall/types/routes/every-service';
import type { StatefulService } from '@rollcall/types/services';
import type { Bus } from './bus.ts';
import { Consumer } from './consumer.ts';
import type { EventTables } from './event-tables.ts';
import { LagWatch } from './lag-watch.ts';
import { type Emit, emitWith } from './outbox.ts';
import type { PersonalData } from './personal-data.ts';
import type { Reaction } from './reaction.ts';
import { Relay } from './relay.ts';
import type { RelaySource } from './relay-source.ts';
import type { RequestSnapshot } from './snapshot.ts';
import { createTakingUp } from './take-up-parked.ts';

export interface EventPlaneOptions {
  readonly service: StatefulService;
  readonly connection: Connection;
  readonly tables: EventTables;
  readonly bus: Bus;
  readonly client: ServiceClient;
  readonly personal: PersonalData;
  readonly log: Logger;
  /** Where committed events wait to be published. */
  readonly sources: readonly RelaySource[];
  /** What the service does about events, by the service they come from. */
  readonly reactions: Partial<Record<StatefulService, readonly Reaction[]>>;
}

/** A service's part in the traffic of events: its outbox with its relay, and its consumers. */
export class EventPlane {
  readonly #options: EventPlaneOptions;
  readonly #relays: readonly Relay[];
  readonly #consumers: readonly Consumer[];
  readonly #watch: LagWatch;
  readonly #takingUp: Worker;

  /** @throws when two reactions are to the same type, or one stands under another service than its event. */
  constructor(options: EventPlaneOptions) {
    assertPlaced(options.reactions);
    this.#options = options;
    this.#relays = options.sources.map((source) => new Relay({ ...options, source }));
    this.#consumers = Object.entries(options.reactions).map(
      ([source, reactions]) =>
        new Consumer({
          ...options,
          // The keys of `reactions` are service names by its type.
          source: source as StatefulService,
          reactions,
          requestRepublication: (...missing) => this.#requestRepublication(...missing),
          requestSnapshot: (...page) => this.#requestSnapshot(...page),
          committed: () => this.wakeRelays(),
        }),
    );
    this.#watch = new LagWatch({ ...options, consumers: this.#consumers });
    this.#takingUp = createTakingUp({ ...options, committed: () => this.wakeRelays() });
  }

  /** Those who follow other services' events. */
  get consumers(): readonly Consumer[] {
    return this.#consumers;
  }

  start(): void {
    for (const relay of this.#relays) relay.start();
    for (const consumer of this.#consumers) consumer.start();
    this.#watch.start();
    this.#takingUp.start();
  }

  async stop(): Promise<void> {
    await Promise.all([this.#watch.stop(), this.#takingUp.stop()]);
    await Promise.all(this.#consumers.map((consumer) => consumer.stop()));
    await Promise.all(this.#relays.map((relay) => relay.stop()));
  }

  /** Runs a transaction whose events are on the road as soon as it has committed, and never if it has not. */
  async transact<T>(work: (tx: Transaction, emit: Emit) => Promise<T>): Promise<T> {
    const { connection, tables } = this.#options;
    const result = await connection.db.transaction((tx) => work(tx, emitWith(tx, tables)));
    this.wakeRelays();
    return result;
  }

  /** Something outside {@link transact} has committed events. */
  wakeRelays(): void {
    for (const relay of this.#relays) relay.wake();
  }

  async #requestSnapshot(...[source, { after, subject }]: Parameters<RequestSnapshot>): ReturnType<RequestSnapshot> {
    const { client } = this.#options;
    const query = { ...(after === null ? {} : { after }), ...(subject === null ? {} : { subject }) };
    const answer = await client.call(eventRoutesOf(source).readSnapshot, { query });
    if (isRefusal(answer)) throw new Error(`${source} refused to tell what stands: ${answer.refused}`);
    return answer.body;
  }

  async #requestRepublication(
    source: StatefulService,
    subject: string,
    fromSequence: number,
  ): Promise<number | undefined> {
    const { client } = this.#options;
    const answer = await client.call(eventRoutesOf(source).republishEvents, { body: { subject, fromSequence } });
    if (isRefusal(answer)) throw new Error(`${source} refused to publish again: ${answer.refused}`);
    return answer.body.firstKept ?? undefined;
  }
}

/** Either would silently never run. */
const assertPlaced = (reactions: EventPlaneOptions['reactions']): void => {
  const types = new Set<string>();
  for (const [source, all] of Object.entries(reactions)) {
    for (const { type, service } of all.map(({ definition }) => definition)) {
      if (service !== source) throw new Error(`${type} is an event of ${service}, not of ${source}`);
      if (types.has(type)) throw new Error(`there are two reactions to ${type}`);
      types.add(type);
    }
  }
};
