import { setTimeout as delay } from 'node:timers/promises';
import postgres from 'postgres';
import {
  accountChecks,
  type EventSchema,
  eventsOf,
  followerChecks,
  restChecks,
  saidBy,
  sourceChecks,
  trailChecks,
  type Violation,
} from './invariant-queries.ts';
import type { Mail } from './mailbox.ts';
import { type NatsMessage, pendingAtConsumers, streamMessages } from './nats-traffic.ts';
import { projectionChecks, rightsByLog } from './projection-queries.ts';
import { type Promises, promiseChecks, redeemSignUps, secretsIn } from './promises.ts';
import type { Stack } from './stack.ts';

export interface InvariantReport {
  readonly violations: readonly Violation[];
  /** How much was looked at: a checker that saw nothing proves nothing. */
  readonly seen: {
    readonly events: number;
    readonly follows: number;
    readonly messages: number;
    readonly mails: number;
  };
}

export interface CheckOptions {
  /** Look for mails that were sent twice. Off after a kill: between sending and remembering nobody can tell. */
  readonly mailsOnce?: boolean;
  /** What was promised meanwhile is held to as well; nothing unless told. */
  readonly promises?: Promises;
}

type Checked = Pick<Stack, 'postgres' | 'nats' | 'mail' | 'gateway'>;

/**
 * Whether what must always hold does hold now, over the databases of all services and the stream. Only at rest: while
 * people work, events are on the road.
 */
export const checkInvariants = async (stack: Checked, options: CheckOptions = {}): Promise<InvariantReport> => {
  const sql = postgres(stack.postgres, { max: 2, onnotice: () => undefined, connect_timeout: 5 });
  try {
    const schemas = await eventSchemas(sql);
    const follows = await whoFollowsWhom(sql, schemas);
    const ids = await sql.unsafe<{ event_id: string }[]>(schemas.map(eventsOf).join(' union all '));
    const messages = await streamMessages(stack.nats);
    const published = new Set(messages.map(({ body }): string => JSON.parse(body).id));
    const mails = await caught(stack.mail);
    const found = await Promise.all([
      ...schemas.flatMap((source) => sourceChecks(sql, source)),
      ...follows.flatMap(({ source, follower }) => followerChecks(sql, source, follower)),
      ...follows
        .filter(({ follower }) => follower.service === 'activity-log')
        .flatMap(({ source }) => trailChecks(sql, source)),
      ...accountChecks(sql),
      ...projectionChecks(sql, schemas),
      ...restChecks(sql),
    ]);
    const known = new Set(ids.map(({ event_id }) => event_id));
    const uncommitted = [...published].filter((id) => !known.has(id));
    const missing = ids.filter(({ event_id }) => !published.has(event_id)).map(({ event_id }) => event_id);
    const twice = options.mailsOnce ? repeated(mails) : [];
    const texts = await sql.unsafe<{ text: string }[]>(schemas.map(saidBy).join(' union all '));
    const secrets = options.promises ? secretsIn(options.promises.promised) : [];
    return {
      violations: [
        ...found.flat(),
        ...listed('I1', 'events that the stream does not have', missing),
        ...listed('I2', 'events in the stream that were never committed', uncommitted),
        ...listed('I4', 'mails sent twice', twice),
        ...listed('I10', 'consumers that are behind', await pendingAtConsumers(stack.nats)),
        ...listed('I11', 'secrets or addresses said in plain', secretsSaid(secrets, messages, texts)),
        ...(options.promises ? await promiseChecks(stack, options.promises, await rightsByLog(sql)) : []),
      ],
      seen: { events: ids.length, follows: follows.length, messages: published.size, mails: mails.length },
    };
  } finally {
    await sql.end();
  }
};

/**
 * Waits until everything is at rest and every invariant holds.
 *
 * @throws after `milliseconds` (20,000 unless told), naming what does not hold.
 */
export const expectInvariants = async (
  stack: Checked,
  options: CheckOptions & { readonly milliseconds?: number } = {},
): Promise<InvariantReport> => {
  if (options.promises) await redeemSignUps(stack, options.promises.promised);
  const deadline = Date.now() + (options.milliseconds ?? 20_000);
  for (;;) {
    const report = await checkInvariants(stack, options);
    if (report.violations.length === 0) return report;
    if (Date.now() > deadline) throw new Error(describeReport(report));
    await delay(200);
  }
};

/** A report for people. */
export const describeReport = ({ violations, seen }: InvariantReport): string =>
  [
    `${violations.length === 0 ? 'Every invariant holds' : 'Not every invariant holds'}: ${seen.events} events, ${seen.follows} follows, ${seen.messages} messages, ${seen.mails} mails.`,
    ...violations.map(
      ({ invariant, what, count, samples }) => `  ${invariant}  ${count} ${what}, such as ${samples.join(' | ')}`,
    ),
  ].join('\n');

const eventSchemas = async (sql: postgres.Sql): Promise<EventSchema[]> => {
  const rows = await sql<{ schema: string }[]>`select table_schema as schema from information_schema.tables
    where table_name = 'outbox' order by 1`;
  if (rows.length === 0) throw new Error('no service has an outbox here');
  return rows.map(({ schema }) => ({ schema, service: schema.replaceAll('_', '-') }));
};

interface Follow {
  readonly source: EventSchema;
  readonly follower: EventSchema;
}

/** By the marks that consumers keep, which outlive the stream. */
const whoFollowsWhom = async (sql: postgres.Sql, schemas: readonly EventSchema[]): Promise<Follow[]> => {
  const follows: Follow[] = [];
  for (const follower of schemas) {
    const rows = await sql<{ reader: string }[]>`select reader from ${sql(follower.schema)}.stream_marks`;
    for (const source of schemas) {
      if (rows.some(({ reader }) => reader === `${follower.service}-from-${source.service}`)) {
        follows.push({ source, follower });
      }
    }
  }
  return follows;
};

/** The places of secrets that were found, never the secrets. */
const secretsSaid = (
  secrets: readonly string[],
  messages: readonly NatsMessage[],
  texts: readonly { readonly text: string }[],
): string[] => {
  const said = [
    ...messages.map(({ subject, headers, body }) => ['the stream', `${subject} ${headers} ${body}`] as const),
    ...texts.map(({ text }) => ['a table of events', text] as const),
  ];
  return said.flatMap(([place, text]) => (secrets.some((secret) => text.includes(secret)) ? [place] : []));
};

const caught = async (mail: string): Promise<Mail[]> => {
  const response = await fetch(`${mail}/api/messages`);
  const { items }: { items: Mail[] } = JSON.parse(await response.text());
  return items;
};

const repeated = (mails: readonly Mail[]): string[] => {
  const ids = mails.map(({ messageId }) => messageId);
  return ids.filter((id, index) => ids.indexOf(id) !== index);
};

const listed = (invariant: Violation['invariant'], what: string, all: readonly string[]): Violation[] =>
  all.length === 0 ? [] : [{ invariant, what, count: all.length, samples: all.slice(0, 3) }];
