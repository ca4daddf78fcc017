import type { Transaction } from '@rollcall/database/connect';
import type { Cause } from '@rollcall/service-kit/actor';
import { newId } from '@rollcall/service-kit/identity';
import { type Envelope, envelope, sourceOf } from '@rollcall/types/envelope';
import type { DataOf, EventDefinition } from '@rollcall/types/event-definition';
import { sql } from 'drizzle-orm';
import type { EventTables } from './event-tables.ts';

export interface Emission<E extends EventDefinition> {
  /** The bare id of what the event is about. */
  readonly subject: string;
  readonly data: DataOf<E>;
  /** Values sealed by {@link PersonalData.seal}, before the transaction began: no key is fetched while rows are locked. */
  readonly personal?: string;
  readonly cause: Cause;
}

/** Adds an event to a transaction: it is published if, and only if, the transaction commits. */
export type Emit = <E extends EventDefinition>(definition: E, emission: Emission<E>) => Promise<Envelope>;

export const emitWith =
  (tx: Transaction, tables: EventTables): Emit =>
  async (definition, { subject, data, personal, cause }) => {
    const sequence = await nextSequence(tx, tables, subject);
    const event = envelope.parse({
      specversion: '1.0',
      id: newId(),
      source: sourceOf(definition.service),
      type: definition.type,
      subject,
      time: new Date().toISOString(),
      datacontenttype: 'application/json',
      data: definition.wire.parse(personal === undefined ? data : { ...data, personal }),
      actor: cause.actor,
      correlationid: cause.correlationId,
      ...(cause.causationId === undefined ? {} : { causationid: cause.causationId }),
      ...(cause.traceparent === undefined ? {} : { traceparent: cause.traceparent }),
      subjectsequence: sequence,
    });
    await tx.insert(tables.outbox).values({ eventId: event.id, subject, subjectSequence: sequence, envelope: event });
    return event;
  };

// The row stays locked until the commit, so events about one subject commit in the order of their sequence, and the
// position that the insert takes next rises with it.
const nextSequence = async (tx: Transaction, { subjectSequences }: EventTables, subject: string): Promise<number> => {
  const [row] = await tx
    .insert(subjectSequences)
    .values({ subject, last: 1 })
    .onConflictDoUpdate({ target: subjectSequences.subject, set: { last: sql`${subjectSequences.last} + 1` } })
    .returning({ last: subjectSequences.last });
  if (!row) throw new Error('a sequence row was neither made nor found');
  return row.last;
};
