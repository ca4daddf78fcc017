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

/** Adds events to a transaction: they are published if, and only if, the transaction commits. */
export interface Emit {
  <E extends EventDefinition>(definition: E, emission: Emission<E>): Promise<Envelope>;
  /** Several about one subject, in this order, which take little longer than one. */
  several<E extends EventDefinition>(
    definition: E,
    common: Pick<Emission<E>, 'subject' | 'cause'>,
    data: readonly DataOf<E>[],
  ): Promise<void>;
}

/** As many as one statement takes; it has four parameters for each, and no more than 65,534. */
const together = 1_000;

export const emitWith = (tx: Transaction, tables: EventTables): Emit => {
  const emit = async <E extends EventDefinition>(definition: E, emission: Emission<E>): Promise<Envelope> => {
    const event = envelopeOf(definition, emission, await takeSequences(tx, tables, emission.subject, 1));
    await tx.insert(tables.outbox).values(rowOf(event));
    return event;
  };
  const several: Emit['several'] = async (definition, common, data) => {
    if (data.length === 0) return;
    const last = await takeSequences(tx, tables, common.subject, data.length);
    const first = last - data.length + 1;
    const rows = data.map((one, n) => rowOf(envelopeOf(definition, { ...common, data: one }, first + n)));
    for (let done = 0; done < rows.length; done += together) {
      await tx.insert(tables.outbox).values(rows.slice(done, done + together));
    }
  };
  return Object.assign(emit, { several });
};

const envelopeOf = <E extends EventDefinition>(
  definition: E,
  { subject, data, personal, cause }: Emission<E>,
  sequence: number,
): Envelope =>
  envelope.parse({
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

const rowOf = (event: Envelope) => ({
  eventId: event.id,
  subject: event.subject,
  subjectSequence: event.subjectsequence,
  envelope: event,
});

// Answers the last of those that it took. The row stays locked until the commit, so events about one subject commit in the order of their sequence, and the
// position that the insert takes next rises with it.
const takeSequences = async (
  tx: Transaction,
  { subjectSequences }: EventTables,
  subject: string,
  count: number,
): Promise<number> => {
  const [row] = await tx
    .insert(subjectSequences)
    .values({ subject, last: count })
    .onConflictDoUpdate({ target: subjectSequences.subject, set: { last: sql`${subjectSequences.last} + ${count}` } })
    .returning({ last: subjectSequences.last });
  if (!row) throw new Error('a sequence row was neither made nor found');
  return row.last;
};
