import { type Envelope, envelope, sourceOf } from '@rollcall/types/envelope';
import type { events } from './schema.ts';
import { upToDate } from './upcasters.ts';

export type EventTableRow = typeof events.$inferSelect;

/**
 * An event of the log as it goes out. One that is not in the envelope's form goes out as it is: consumers turn it away
 * and hold its subject, which is less than the whole log standing still behind it for ever.
 */
export const envelopeOf = (row: EventTableRow, report: (error: unknown) => void): Envelope => {
  const event = {
    specversion: '1.0',
    id: row.id,
    source: sourceOf('role-permission'),
    type: row.type,
    subject: row.subject,
    time: row.at.toISOString(),
    datacontenttype: 'application/json',
    data: {
      ...asRecord(upToDate(row.type, row.version, row.data)),
      revision: row.position,
      commandId: row.commandId,
      index: row.index,
    },
    actor: row.actor,
    correlationid: row.correlationId,
    ...(row.causationId === null ? {} : { causationid: row.causationId }),
    ...(row.traceparent === null ? {} : { traceparent: row.traceparent }),
    subjectsequence: row.subjectSequence,
  };
  const parsed = envelope.safeParse(event);
  if (parsed.success) return parsed.data;
  report(parsed.error);
  // The one way past the parser: what is wrong with it has just been told.
  return event as unknown as Envelope;
};

const asRecord = (data: unknown): Record<string, unknown> =>
  typeof data === 'object' && data !== null ? { ...data } : {};
