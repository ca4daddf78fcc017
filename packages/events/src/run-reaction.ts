import type { Transaction } from '@rollcall/database/connect';
import { inSpan } from '@rollcall/service-kit/tracing';
import { getTableConfig } from 'drizzle-orm/pg-core';
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
    requestId: envelope.correlationid,
    parent: envelope.traceparent,
    attributes: {
      'messaging.system': 'nats',
      'rollcall.service': ownerOf(tables),
      'rollcall.source': envelope.source,
      'rollcall.event': envelope.id,
    },
  } as const;
  await inSpan(span, (traceparent) => {
    const cause = traceparent === undefined ? event.cause : { ...event.cause, traceparent };
    return reaction.react({ ...event, cause }, { tx, emit: emitWith(tx, tables) });
  });
};

/** Looked up for each event, and dear to find out. */
const owners = new WeakMap<EventTables, string>();

/** The service whose tables these are: its schema is named after it. */
const ownerOf = (tables: EventTables): string => {
  const owner = owners.get(tables) ?? getTableConfig(tables.inbox).schema?.replaceAll('_', '-') ?? '';
  owners.set(tables, owner);
  return owner;
};
