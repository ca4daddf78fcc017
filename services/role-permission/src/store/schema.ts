import { idempotencyKeysTable } from '@rollcall/database/idempotency-keys';
import {
  inboxTable,
  outboxTable,
  parkedEventsTable,
  streamMarksTable,
  subjectSequencesTable,
} from '@rollcall/events/event-tables';
import { sql } from 'drizzle-orm';
import {
  bigint,
  bigserial,
  check,
  customType,
  foreignKey,
  index,
  integer,
  jsonb,
  pgSchema,
  primaryKey,
  smallint,
  text,
  timestamp,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';

export const rolePermission = pgSchema('role_permission');

/**
 * The access log: every event of every stream, for good. The service's role may insert and select, nothing else.
 *
 * The primary key is what puts writers in one order: two of them cannot have the same position. The unique id is what
 * makes a command that is tried again, or arrives late, harmless.
 */
export const events = rolePermission.table(
  'events',
  {
    stream: text().notNull(),
    /** From 1 within its stream, without holes, in the order of commits. */
    position: bigint({ mode: 'number' }).notNull(),
    id: uuid().notNull(),
    commandId: uuid('command_id').notNull(),
    /** Place among the events of its command, from 0. */
    index: integer().notNull(),
    type: text().notNull(),
    /** The form of its data, see `upcasters.ts`. */
    version: smallint().notNull(),
    subject: text().notNull(),
    subjectSequence: integer('subject_sequence').notNull(),
    data: jsonb().notNull(),
    actor: text().notNull(),
    correlationId: text('correlation_id').notNull(),
    causationId: text('causation_id'),
    traceparent: text(),
    /**
     * What its command read and wrote. Without a default, as `version` is: a replica of a version that knows nothing of
     * edges and epochs cannot append any more.
     */
    keys: text().array().notNull(),
    at: timestamp({ withTimezone: true, precision: 3 }).notNull(),
  },
  (table) => [
    primaryKey({ name: 'events__stream_position', columns: [table.stream, table.position] }),
    index('events__subject').on(table.stream, table.subject, table.subjectSequence),
    index('events__keys').using('gin', table.keys),
    unique('events__id').on(table.id),
    check('events__position', sql`${table.position} > 0`),
  ],
);

/** The streams, and which history of each this is: the epoch rises when a stream turns out to have lost what it had. */
export const streams = rolePermission.table('streams', {
  stream: text().primaryKey(),
  epoch: integer().notNull().default(1),
  /** What replicas prove to each other with that they are replicas. */
  peerSecret: text('peer_secret').notNull().default(sql`gen_random_uuid()::text || gen_random_uuid()::text`),
});

/**
 * Who was related to what, and from which position to which: `[from_position, to_position)`. Written with the events;
 * for questions about the past.
 */
export const edges = rolePermission.table(
  'edges',
  {
    stream: text().notNull(),
    object: text().notNull(),
    relation: text().notNull(),
    subject: text().notNull(),
    fromPosition: bigint('from_position', { mode: 'number' }).notNull(),
    toPosition: bigint('to_position', { mode: 'number' }),
    validUntil: timestamp('valid_until', { withTimezone: true, precision: 3 }),
  },
  (table) => [
    primaryKey({
      name: 'edges__life',
      columns: [table.stream, table.object, table.relation, table.subject, table.fromPosition],
    }),
    // What has long ended is passed over within the index, however much of it there is.
    index('edges__object').on(table.stream, table.object, table.toPosition, table.fromPosition),
    index('edges__subject').on(table.stream, table.subject, table.toPosition, table.fromPosition),
    check('edges__interval', sql`${table.toPosition} > ${table.fromPosition}`),
  ],
);

/** The live state at some positions, so that a start need not read the whole log: the newest ones only. */
export const snapshots = rolePermission.table(
  'snapshots',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    stream: text().notNull(),
    /** What its bytes can be read by, see `state-form.ts`. */
    form: text().notNull(),
    epoch: integer().notNull(),
    position: bigint({ mode: 'number' }).notNull(),
    /** How many there are in its parts. */
    bytes: bigint({ mode: 'number' }).notNull(),
    madeAt: timestamp('made_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [index('snapshots__stream').on(table.stream, table.form, table.epoch, table.position)],
);

const bytea = customType<{ data: Uint8Array }>({ dataType: () => 'bytea' });

export const snapshotParts = rolePermission.table(
  'snapshot_parts',
  {
    snapshotId: bigint('snapshot_id', { mode: 'number' }).notNull(),
    part: integer().notNull(),
    data: bytea().notNull(),
  },
  (table) => [
    primaryKey({ name: 'snapshot_parts__part', columns: [table.snapshotId, table.part] }),
    foreignKey({
      name: 'snapshot_parts__snapshot_id',
      columns: [table.snapshotId],
      foreignColumns: [snapshots.id],
    }).onDelete('cascade'),
  ],
);

/** The keys under which names are sealed: an organization's, or that of a project that a person owns. */
export const nameKeys = rolePermission.table('name_keys', {
  ownerId: uuid('owner_id').primaryKey(),
  /** Sealed itself, under `KEY_ENCRYPTION_SECRET`. */
  sealedKey: text('sealed_key').notNull(),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
});

/** How far the log has been published, a row for each batch, and which of its events stands last in the stream. */
export const relayCheckpoints = rolePermission.table(
  'relay_checkpoints',
  {
    position: bigint({ mode: 'number' }).primaryKey(),
    streamSequence: bigint('stream_sequence', { mode: 'number' }).notNull(),
    eventId: uuid('event_id').notNull(),
    publishedAt: timestamp('published_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [index('relay_checkpoints__stream_sequence').on(table.streamSequence)],
);

/** Each time that the stream lost something: up to which position. It is published once more, unlike before. */
export const relayLosses = rolePermission.table('relay_losses', {
  generation: bigserial({ mode: 'number' }).primaryKey(),
  lastPosition: bigint('last_position', { mode: 'number' }).notNull(),
});

/** Subjects of which a consumer misses events, and how far their events have been published once more. */
export const relayRequests = rolePermission.table('relay_requests', {
  subject: text().primaryKey(),
  nextSequence: integer('next_sequence').notNull(),
  /** Another for each request: JetStream takes no message of an id that it has just had. */
  nonce: bigserial({ mode: 'number' }).notNull(),
});

export const idempotencyKeys = idempotencyKeysTable(rolePermission);
export const outbox = outboxTable(rolePermission);
export const subjectSequences = subjectSequencesTable(rolePermission);
export const inbox = inboxTable(rolePermission);
export const parkedEvents = parkedEventsTable(rolePermission);
export const streamMarks = streamMarksTable(rolePermission);
export const eventTables = { outbox, subjectSequences, inbox, parkedEvents, streamMarks };
