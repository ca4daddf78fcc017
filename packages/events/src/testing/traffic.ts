import { type Connection, connect } from '@rollcall/database/connect';
import type { BoundRoute } from '@rollcall/service-kit/call-context';
import { newId } from '@rollcall/service-kit/identity';
import { createLogger } from '@rollcall/service-kit/logging';
import type { ServiceClient } from '@rollcall/service-kit/service-client';
import { type OwnNats, startOwnNats } from '@rollcall/testing/own-nats';
import { createTestDatabase, type TestDatabase } from '@rollcall/testing/test-database';
import { waitFor } from '@rollcall/testing/wait-for';
import { type Envelope, natsSubject } from '@rollcall/types/envelope';
import { userDeactivated } from '@rollcall/types/events/deactivation';
import { eventId } from '@rollcall/types/ids';
import type { StatefulService } from '@rollcall/types/services';
import { asc, eq, isNull } from 'drizzle-orm';
import { Bus } from '../bus.ts';
import { EventPlane } from '../event-plane.ts';
import { eventRouteHandlers } from '../event-route-handlers.ts';
import { outboxSource } from '../outbox-source.ts';
import { type KeySource, PersonalData } from '../personal-data.ts';
import { type Reaction, type ReactionScope, type ReceivedEvent, reactTo } from '../reaction.ts';
import type { RelaySource } from '../relay-source.ts';
import { effects, eventTables, schemaPlan } from './spec-schema.ts';

/** A service that has nothing but events, on the database it is given: two of one database are two replicas. */
export interface Party {
  readonly connection: Connection;
  readonly bus: Bus;
  readonly plane: EventPlane;
  readonly personal: PersonalData;
  readonly routes: readonly BoundRoute[];
  stop(): Promise<void>;
}

export interface PartyOptions {
  readonly service: StatefulService;
  readonly database: TestDatabase;
  readonly reactions?: Partial<Record<StatefulService, readonly Reaction[]>>;
  /** Where missing events are asked for. */
  readonly client?: ServiceClient;
  readonly keySource?: KeySource;
  /** Puts something between the relay and the outbox. */
  readonly wrapSource?: (source: RelaySource) => RelaySource;
}

/** A NATS of one's own, and what connects to it. */
export interface Traffic {
  readonly nats: OwnNats;
  database(): Promise<TestDatabase>;
  join(options: PartyOptions): Party;
  end(): Promise<void>;
}

const nobody: ServiceClient = {
  call: async () => {
    throw new Error('no service can be called in this spec');
  },
};

export const startTraffic = async (): Promise<Traffic> => {
  const nats = await startOwnNats();
  const log = createLogger('host', process.env.LOG_LEVEL ?? 'silent');
  const parties: Party[] = [];
  const databases: TestDatabase[] = [];

  const join = (options: PartyOptions): Party => {
    const { service, database, reactions = {}, client = nobody } = options;
    const connection = connect({ url: database.url, name: `spec ${service}` });
    const bus = new Bus({ url: nats.url, token: nats.token, name: `spec ${service}`, log });
    const personal = new PersonalData(options.keySource ?? (async () => undefined));
    const outbox = outboxSource(connection, eventTables);
    const sources = [options.wrapSource?.(outbox) ?? outbox];
    const common = { service, connection, personal, reactions, sources, log, tables: eventTables };
    const plane = new EventPlane({ ...common, bus, client });
    const routes = eventRouteHandlers({
      ...common,
      wakeRelays: () => plane.wakeRelays(),
    });
    plane.start();
    let stopped: Promise<void> | undefined;
    const leave = async (): Promise<void> => {
      await plane.stop();
      await bus.close();
      await connection.close();
    };
    const party: Party = {
      connection,
      bus,
      plane,
      personal,
      routes,
      stop: () => {
        stopped ??= leave();
        return stopped;
      },
    };
    parties.push(party);
    return party;
  };

  return {
    nats,
    join,
    database: async () => {
      const database = await createTestDatabase(schemaPlan);
      databases.push(database);
      return database;
    },
    end: async () => {
      await Promise.all(parties.map((party) => party.stop()));
      await Promise.all(databases.map((database) => database.drop()));
      await nats.stop();
    },
  };
};

const change = { before: { status: 'active' }, after: { status: 'deactivated' }, by: 'self' } as const;
const cause = { actor: 'service:gateway', correlationId: 'a-request' };

/** Commits events about subjects, in one transaction, and returns them. */
export const emitAbout = (party: Party, ...subjects: readonly string[]): Promise<Envelope[]> =>
  party.plane.transact(async (_, emit) => {
    const events: Envelope[] = [];
    for (const subject of subjects) events.push(await emit(userDeactivated, { subject, data: change, cause }));
    return events;
  });

/** An event as it travels, made by hand. */
export const handmade = (subject: string, subjectsequence: number, more: Partial<Envelope> = {}): Envelope => ({
  specversion: '1.0',
  id: eventId.parse(newId()),
  source: 'rollcall/deactivation',
  type: 'user.deactivated',
  subject,
  time: '2026-03-01T12:00:00.000Z',
  datacontenttype: 'application/json',
  data: change,
  actor: 'service:gateway',
  correlationid: 'a-request',
  subjectsequence,
  ...more,
});

/** Puts messages into the stream as they are, whatever they are. */
export const put = async (party: Party, ...messages: readonly (object | string)[]): Promise<void> => {
  await waitFor('NATS', async () => party.bus.connected);
  await party.bus.stream();
  const jetstream = party.bus.jetstream();
  for (const message of messages) {
    const body = typeof message === 'string' ? message : JSON.stringify(message);
    await jetstream.publish(natsSubject('deactivation', 'user.deactivated'), body);
  }
};

/** Writes down that an event arrived, in the transaction of the reaction. */
export const recordEffect = async (
  { envelope, personal }: ReceivedEvent<Reaction['definition']>,
  { tx }: ReactionScope,
): Promise<void> => {
  const { id: eventId, subject, subjectsequence: sequence } = envelope;
  await tx.insert(effects).values({ eventId, subject, sequence, note: personal });
};

/** What happens when an account is deactivated, in a spec: it is written down, after `first`. */
export const recording = (first: (event: Envelope, scope: ReactionScope) => Promise<void> = async () => undefined) => ({
  deactivation: [
    reactTo(userDeactivated, async (event, scope) => {
      await first(event.envelope, scope);
      await recordEffect(event, scope);
    }),
  ],
});

export const effectsOf = ({ connection }: Party) => connection.db.select().from(effects).orderBy(asc(effects.position));

/** The sequences that were applied for a subject, in the order in which they were. */
export const sequencesOf = async (party: Party, subject: string): Promise<number[]> =>
  (await effectsOf(party)).filter((effect) => effect.subject === subject).map(({ sequence }) => sequence);

export const parkedBy = ({ connection }: Party) =>
  connection.db.select().from(eventTables.parkedEvents).orderBy(asc(eventTables.parkedEvents.subjectSequence));

/** Resolves once the relay has nothing left to publish. */
export const published = ({ connection }: Party, milliseconds?: number): Promise<boolean> =>
  waitFor(
    'the outbox to be published',
    async () => {
      const { outbox } = eventTables;
      return (await connection.db.select().from(outbox).where(isNull(outbox.publishedAt)).limit(1)).length === 0;
    },
    milliseconds,
  );

/** Resolves once a consumer has reached a sequence of a subject. */
export const reached = (party: Party, subject: string, sequence: number, milliseconds?: number): Promise<boolean> =>
  waitFor(
    `event ${sequence} of ${subject}`,
    async () => {
      const { inbox } = eventTables;
      const [row] = await party.connection.db.select().from(inbox).where(eq(inbox.subject, subject));
      return (row?.lastSequence ?? 0) >= sequence;
    },
    milliseconds,
  );

/** What the stream has, as a reader without a memory sees it. */
export const inStream = async ({ bus }: Party): Promise<{ sequence: number; envelope: unknown }[]> => {
  const { state } = await bus.stream();
  const manager = await bus.manager();
  const messages: { sequence: number; envelope: unknown }[] = [];
  for (let sequence = state.first_seq; sequence <= state.last_seq; sequence++) {
    const message = await manager.streams.getMessage('ROLLCALL', { seq: sequence });
    messages.push({ sequence, envelope: message.json() });
  }
  return messages;
};
