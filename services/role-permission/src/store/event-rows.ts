import type { AccessEvent, RecordedAccessEvent } from '../domain/events.ts';
import { upToDate } from './upcasters.ts';

/** An event as the statements give it; numbers and times as text, whatever parsers the connection has. */
export interface EventRow {
  readonly position: string;
  readonly id: string;
  readonly command_id: string;
  readonly index: number;
  readonly type: string;
  /** The form of its data. */
  readonly version: number;
  readonly subject: string;
  readonly subject_sequence: number;
  readonly data: string;
  readonly actor: string;
  readonly correlation_id: string;
  readonly causation_id: string | null;
  readonly traceparent: string | null;
  /** Milliseconds since 1970. */
  readonly at: string;
}

/** The columns of {@link EventRow}, of the table `events`. */
export const eventColumns = `position::text, id, command_id, index, type, version, subject, subject_sequence, data::text,
  actor, correlation_id, causation_id, traceparent, (extract(epoch from at) * 1000)::bigint::text as at`;

/**
 * Reads an event back. Only this service writes the table and only with events that it decided; forms that older
 * versions wrote are brought up to date here.
 */
export const recordedOf = (row: EventRow): RecordedAccessEvent => ({
  position: Number(row.position),
  id: row.id,
  commandId: row.command_id,
  index: row.index,
  at: Number(row.at),
  event: {
    type: row.type,
    subject: row.subject,
    subjectSequence: row.subject_sequence,
    data: upToDate(row.type, row.version, JSON.parse(row.data)),
    cause: {
      actor: row.actor,
      correlationId: row.correlation_id,
      ...(row.causation_id === null ? {} : { causationId: row.causation_id }),
      ...(row.traceparent === null ? {} : { traceparent: row.traceparent }),
    },
  } as AccessEvent,
});
