import { type ApiAnswer, type ApiRequest, createApiClient } from '@rollcall/testing/api-client';
import { Canaries, type CanaryKind, freshCanary } from '@rollcall/testing/canaries';
import type { Mail } from '@rollcall/testing/mailbox';
import { eavesdrop, type NatsMessage, streamMessages } from '@rollcall/testing/nats-traffic';
import { type Stack, startStack } from '@rollcall/testing/stack';
import { type CollectedSpan, startTraceCollector } from '@rollcall/testing/trace-collector';
import { schemaOf, statefulServices } from '@rollcall/types/services';
import postgres from 'postgres';

/** Everything that leaves a stack, or stays in it, after somebody's life there. */
export interface Remains {
  readonly logLines: readonly string[];
  readonly spans: readonly CollectedSpan[];
  /** What the trace collector got, as it came. */
  readonly traceExports: readonly string[];
  /** What NATS keeps and what was only said there. */
  readonly messages: readonly NatsMessage[];
  /** Outbox rows and parked events of every service. */
  readonly eventRows: readonly string[];
  /** Every row of every table. */
  readonly rows: readonly string[];
  readonly mails: readonly Mail[];
  readonly metrics: string;
  /** Answers that were not a success. */
  readonly errorAnswers: readonly string[];
  /** What somebody read who had not just made it. */
  readonly readAnswers: readonly string[];
  /** Cookies that browsers were given, and addresses that they were sent to. */
  readonly cookies: readonly string[];
  readonly addresses: readonly string[];
}

type Api = (method: string, path: string, request?: ApiRequest) => Promise<ApiAnswer>;

/** Sent along with each request. */
interface Sender {
  readonly userAgent: string;
  readonly address: string;
}

/** A stack that tells as much as it can, with somebody who writes all of it down. */
export const startCanaryStack = async () => {
  const canaries = new Canaries();
  const fresh = (kind: CanaryKind, name: string): string => canaries.add(kind, name, freshCanary());
  const metricsToken = fresh('secret', 'the token for metrics');
  const logLines: string[] = [];
  const errorAnswers: string[] = [];
  const readAnswers: string[] = [];
  const cookies: string[] = [];
  const addresses: string[] = [];
  const collector = await startTraceCollector();
  const stack: Stack = await startStack({
    onLog: (line) => logLines.push(line),
    environment: {
      // Where the first administrator needs a set-up token.
      NODE_ENV: 'production',
      PASSWORD_HASH_MEMORY: '',
      LOG_LEVEL: 'debug',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      METRICS_TOKEN: metricsToken,
      TRUSTED_PROXIES: '127.0.0.0/8',
    },
  }).catch((error: unknown) => {
    // What went wrong was said to the collected log only.
    throw new Error(`no stack: ${logLines.slice(-20).join('\n')}`, { cause: error });
  });
  const ear = await eavesdrop(stack.nats);
  const ask = createApiClient(stack.gateway);

  /** A client at an address of its own, through a proxy: minutes are limited by address. */
  const clientOf =
    ({ userAgent, address }: Sender): Api =>
    async (method, path, request = {}) => {
      const headers = { 'user-agent': userAgent, 'x-forwarded-for': address, ...request.headers };
      const answer = await ask(method, path, { ...request, headers });
      const { status, body } = answer;
      if (status >= 400) errorAnswers.push(JSON.stringify({ status, headers: [...answer.headers], body }));
      else if (method === 'GET' && status < 300) readAnswers.push(JSON.stringify(body));
      cookies.push(...answer.headers.getSetCookie());
      addresses.push(answer.headers.get('location') ?? '');
      return answer;
    };

  /** What is left, once everything is at rest; the stack is stopped, so that it has said everything. */
  const remains = async (): Promise<Remains> => {
    const metrics = await fetch(`${stack.gateway}/metrics`, { headers: { authorization: `Bearer ${metricsToken}` } });
    const found = {
      messages: [...(await streamMessages(stack.nats)), ...ear.heard],
      ...(await rowsIn(stack.postgres)),
      mails: await mailsIn(stack.mail),
      metrics: await metrics.text(),
    };
    await ear.stop();
    await stack.stop();
    await collector.stop();
    const told = { errorAnswers, readAnswers, cookies, addresses };
    return { ...found, ...told, logLines, spans: collector.spans(), traceExports: collector.received };
  };

  /** What the services complained of last. */
  const complaints = (): string =>
    logLines
      .filter((line) => /^\{"level":[456]0/.test(line))
      .slice(-5)
      .join('\n');

  return { stack, canaries, fresh, clientOf, remains, complaints };
};

export type CanaryStack = Awaited<ReturnType<typeof startCanaryStack>>;

const eventTables = ['outbox', 'parked_events', 'events'];

const rowsIn = async (url: string): Promise<Pick<Remains, 'rows' | 'eventRows'>> => {
  const sql = postgres(url, { max: 2, onnotice: () => undefined });
  try {
    const tables = await sql<{ schema: string; name: string }[]>`
      select table_schema as schema, table_name as name from information_schema.tables
      where table_schema = any(${statefulServices.map(schemaOf)})`;
    const read = tables.map(async ({ schema, name }) => {
      const rows = await sql<{ text: string }[]>`select t::text as text from ${sql(schema)}.${sql(name)} t`;
      return { name, texts: rows.map(({ text }) => `${schema}.${name} ${text}`) };
    });
    const all = await Promise.all(read);
    return {
      rows: all.flatMap(({ texts }) => texts),
      eventRows: all.filter(({ name }) => eventTables.includes(name)).flatMap(({ texts }) => texts),
    };
  } finally {
    await sql.end();
  }
};

const mailsIn = async (mail: string): Promise<Mail[]> => {
  const { items }: { items: Mail[] } = JSON.parse(await (await fetch(`${mail}/api/messages`)).text());
  return items;
};
