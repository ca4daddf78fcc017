import type { Database, Queryable, Transaction } from '@rollcall/database/connect';
import type { Envelope } from '@rollcall/types/envelope';
import { and, asc, eq, sql } from 'drizzle-orm';
import type { EventTables } from './event-tables.ts';
import type { Incoming } from './intake.ts';
import { runReaction } from './run-reaction.ts';

/** What became of one event. */
export type Outcome = 'applied' | 'repeated' | 'held' | 'parked';

/**
 * Applies events of one source in one transaction, each at most once and only as the next of its subject. An event
 * that comes too early is held; one whose subject is parked waits behind it.
 *
 * @throws when a reaction does; then nothing of the batch is done.
 */
export const applyBatch = (
  db: Database,
  tables: EventTables,
  source: string,
  batch: readonly Incoming[],
): Promise<Outcome[]> =>
  db.transaction(async (tx) => {
    const subjects = [...new Set(batch.map(({ envelope }) => envelope.subject))].sort();
    const reached = await lockSubjects(tx, tables, source, subjects);
    const parked = await parkedSubjects(tx, tables, source, subjects);
    const before = new Map(reached);
    const outcomes: Outcome[] = [];

    for (const incoming of batch) {
      const { subject, subjectsequence } = incoming.envelope;
      const last = reached.get(subject) ?? 0;
      if (subjectsequence <= last) {
        outcomes.push('repeated');
      } else if (subjectsequence > last + 1) {
        outcomes.push('held');
      } else if (parked.has(subject) || incoming.defect !== undefined) {
        await park(tx, tables, incoming.envelope, incoming.defect ?? 'waits behind a parked event');
        parked.add(subject);
        reached.set(subject, subjectsequence);
        outcomes.push('parked');
      } else {
        await runReaction(incoming, tx, tables);
        reached.set(subject, subjectsequence);
        outcomes.push('applied');
      }
    }
    await advance(tx, tables, source, before, reached);
    return outcomes;
  });

/**
 * Parks one event that keeps failing, and with it its subject.
 *
 * @returns what became of it: another replica may have been luckier in the meantime.
 */
export const parkPoisoned = (db: Database, tables: EventTables, event: Envelope, reason: string): Promise<Outcome> =>
  db.transaction(async (tx) => {
    const reached = await lockSubjects(tx, tables, event.source, [event.subject]);
    const next = (reached.get(event.subject) ?? 0) + 1;
    if (event.subjectsequence !== next) return event.subjectsequence < next ? 'repeated' : 'held';
    await park(tx, tables, event, reason);
    await advance(tx, tables, event.source, reached, new Map([[event.subject, event.subjectsequence]]));
    return 'parked';
  });

/**
 * Parks an event whose predecessor does not come, so that it stops taking up the road. The subject stays where it is:
 * the predecessor, should it still come, is parked before it, and a retry applies them all in order.
 */
export const setAside = (db: Database, tables: EventTables, event: Envelope): Promise<Outcome> =>
  db.transaction(async (tx) => {
    const reached = await lockSubjects(tx, tables, event.source, [event.subject]);
    const next = (reached.get(event.subject) ?? 0) + 1;
    if (event.subjectsequence < next) return 'repeated';
    if (event.subjectsequence === next) return 'held';
    await park(tx, tables, event, 'an earlier event of its subject is missing');
    return 'parked';
  });

const park = async (tx: Transaction, { parkedEvents }: EventTables, event: Envelope, reason: string): Promise<void> => {
  await tx
    .insert(parkedEvents)
    .values({
      eventId: event.id,
      source: event.source,
      subject: event.subject,
      subjectSequence: event.subjectsequence,
      type: event.type,
      envelope: event,
      reason: reason.slice(0, 500),
    })
    .onConflictDoNothing();
};

/** Locks the subjects' rows, making those that are new, always in the same order so that two batches cannot deadlock. */
export const lockSubjects = async (
  tx: Transaction,
  { inbox }: EventTables,
  source: string,
  subjects: readonly string[],
): Promise<Map<string, number>> => {
  const rows = await tx
    .insert(inbox)
    .values(subjects.map((subject) => ({ source, subject, lastSequence: 0 })))
    .onConflictDoUpdate({ target: [inbox.source, inbox.subject], set: { lastSequence: sql`${inbox.lastSequence}` } })
    .returning({ subject: inbox.subject, last: inbox.lastSequence });
  return new Map(rows.map(({ subject, last }) => [subject, last]));
};

/** How far a subject has come. */
export const lastSequence = async (
  db: Database,
  { inbox }: EventTables,
  source: string,
  subject: string,
): Promise<number> => {
  const [row] = await db
    .select({ last: inbox.lastSequence })
    .from(inbox)
    .where(and(eq(inbox.source, source), eq(inbox.subject, subject)));
  return row?.last ?? 0;
};

const parkedSubjects = async (
  tx: Transaction,
  { parkedEvents }: EventTables,
  source: string,
  subjects: readonly string[],
): Promise<Set<string>> => {
  const rows = await tx
    .selectDistinct({ subject: parkedEvents.subject })
    .from(parkedEvents)
    .where(
      and(eq(parkedEvents.source, source), sql`${parkedEvents.subject} = any(${sql.param([...subjects])}::text[])`),
    );
  return new Set(rows.map(({ subject }) => subject));
};

export const advance = async (
  tx: Transaction,
  { inbox }: EventTables,
  source: string,
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): Promise<void> => {
  const moved = [...after].filter(([subject, last]) => before.get(subject) !== last);
  if (moved.length === 0) return;
  const subjects = sql.param(moved.map(([subject]) => subject));
  const sequences = sql.param(moved.map(([, last]) => last));
  await tx
    .update(inbox)
    .set({ lastSequence: sql`moved.last`, appliedAt: sql`now()` })
    .from(sql`unnest(${subjects}::text[], ${sequences}::int[]) as moved(subject, last)`)
    .where(and(eq(inbox.source, source), sql`${inbox.subject} = moved.subject`));
};

/** The parked events of one subject, oldest first. */
export const parkedOf = (db: Queryable, { parkedEvents }: EventTables, source: string, subject: string) =>
  db
    .select()
    .from(parkedEvents)
    .where(and(eq(parkedEvents.source, source), eq(parkedEvents.subject, subject)))
    .orderBy(asc(parkedEvents.subjectSequence));

/** {@link parkedOf}, locked for a retry. */
export const lockParked = (tx: Transaction, tables: EventTables, source: string, subject: string) =>
  parkedOf(tx, tables, source, subject).for('update');
