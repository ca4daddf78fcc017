import type { Transaction } from '@rollcall/database/connect';
import { inSpan } from '@rollcall/service-kit/tracing';
import type { EventTables } from './event-tables.ts';
import type { Incoming } from './intake.ts';
import { emitWith } from './outbox.ts';

/** Has an event's reaction run in a transaction, as a span of the trace that the event belongs to; nothing without one. */
export const runReaction = async (
  { envelope, reaction, event }: Incoming,
  tx: Transaction,
  tables: EventTables,
): Promise<void> => {
  if (!reaction || !event) return;
  const span = {
    name: envelope.type,
    kind: 'consumer',
    parent: envelope.traceparent,
    attributes: { 'messaging.system': 'nats', 'rollcall.source': envelope.source, 'rollcall.event': envelope.id },
  } as const;
  await inSpan(span, (traceparent) => {
    const cause = traceparent === undefined ? event.cause : { ...event.cause, traceparent };
    return reaction.react({ ...event, cause }, { tx, emit: emitWith(tx, tables) });
  });
};
