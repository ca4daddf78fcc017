import { randomUUID } from 'node:crypto';
import { type Envelope, envelope } from '@rollcall/types/envelope';
import postgres from 'postgres';

/** The reason it is parked for, to tell it from events that went wrong by themselves. */
export const parkedByUs = 'a journey';

/**
 * Parks an event at the audit trail that can be applied after all, as after an outage that lasted too long.
 *
 * @returns its id.
 */
export const parkEvent = async (databaseUrl: string): Promise<string> => {
  const [id, subject] = [randomUUID(), randomUUID()];
  const event: Envelope = envelope.parse({
    specversion: '1.0',
    id,
    source: 'rollcall/auth',
    type: 'signing_key.added',
    subject,
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    data: { keyId: subject, algorithm: 'ES256' },
    actor: 'service:auth',
    correlationid: id,
    subjectsequence: 1,
  });
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => undefined });
  try {
    await sql`
      insert into activity_log.parked_events (event_id, source, subject, subject_sequence, type, envelope, reason)
      values (${id}, ${event.source}, ${subject}, 1, ${event.type}, ${sql.json(JSON.parse(JSON.stringify(event)))}, ${parkedByUs})`;
    await sql`
      insert into activity_log.inbox (source, subject, last_sequence) values (${event.source}, ${subject}, 1)`;
    return id;
  } finally {
    await sql.end();
  }
};
