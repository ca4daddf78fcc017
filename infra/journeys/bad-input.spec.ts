import { signIn } from '@rollcall/testing/people';
import { type Stack, startStack } from '@rollcall/testing/stack';
import { waitFor } from '@rollcall/testing/wait-for';
import type { Route } from '@rollcall/types/route-definition';
import { publicRoutes } from '@rollcall/types/route-table';
import { schemaOf, statefulServices } from '@rollcall/types/services';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Attack, attacksOn, statusesOf } from './attacks.ts';
import { callerRequests } from './caller-requests.ts';
import { Cast } from './cast.ts';
import { parkedByUs } from './parked-event.ts';
import { type RawAnswer, sendRaw } from './raw-request.ts';
import { sharedPermission } from './shared-permission.ts';

let stack: Stack;
let cast: Cast;
let sql: postgres.Sql;
let tables: readonly { readonly name: string }[];
const logged: string[] = [];

beforeAll(async () => {
  stack = await startStack({ onLog: (line) => logged.push(line) });
  cast = await Cast.of(stack);
  sql = postgres(stack.postgres, { max: 2, onnotice: () => undefined });
  await cast.define(sharedPermission);
  tables = await tablesOfNote();
}, 60_000);

afterAll(async () => {
  await sql?.end();
  await stack?.stop();
});

const validRequest = async ({ operationId }: Route) => {
  const compose = callerRequests[operationId];
  if (!compose) throw new Error(`caller-requests.ts has no request for ${operationId}`);
  return compose({ cast, kind: 'other', caller: cast.admin, subject: await cast.named('subject') });
};

const pointersIn = (problem: unknown): readonly string[] => {
  const errors = typeof problem === 'object' && problem !== null && 'errors' in problem ? problem.errors : [];
  return Array.isArray(errors) ? errors.map(({ pointer }) => String(pointer)) : [];
};

/** What is wrong with the answer to an attack; undefined when it is just as it should be. */
const faultIn = ({ what, codes, pointer }: Attack, { status, contentType, text }: RawAnswer): string | undefined => {
  const got = `${what}: ${status} ${text.slice(0, 300)}`;
  if (!statusesOf(codes).includes(status) || contentType !== 'application/problem+json') return got;
  const problem: unknown = JSON.parse(text);
  const code = typeof problem === 'object' && problem !== null && 'code' in problem ? String(problem.code) : '';
  if (!codes.some((one) => one === code)) return got;
  const names = (at: string) => at === pointer || at.startsWith(`${pointer}/`) || at.startsWith(pointer ?? '');
  return pointer === undefined || pointersIn(problem).some(names) ? undefined : `${got} (no ${pointer})`;
};

const atOnce = 6;

const faultsOf = async (attacks: readonly Attack[]): Promise<readonly string[]> => {
  const faults: string[] = [];
  const waiting = attacks.values();
  const work = async () => {
    for (const attack of waiting) {
      const fault = faultIn(attack, await sendRaw(stack.gateway, attack.request));
      if (fault !== undefined) faults.push(fault);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return faults;
};

/** Everything that people could see changed; counters and traffic are not part of it. */
const tablesOfNote = () => sql<{ name: string }[]>`
    select format('%I.%I', table_schema, table_name) as name from information_schema.tables
    where table_schema = any(${statefulServices.map(schemaOf)})
      and table_name not in ('rate_limits', 'inbox', 'outbox', 'stream_marks', 'subject_sequences', 'relay_checkpoints',
        'activity', 'mails', 'recipients', 'password_resets', 'verifications', 'security_notices', 'idempotency_keys')
    order by 1`;

const stored = async (): Promise<Readonly<Record<string, string>>> => {
  const digests = tables.map(async ({ name }) => {
    const [row] = await sql.unsafe(
      `select coalesce(md5(string_agg(t::text, E'\\n' order by t::text)), '') as d from ${name} t`,
    );
    return [name, String(row?.d)] as const;
  });
  return Object.fromEntries(await Promise.all(digests));
};

const drained = async (): Promise<boolean> => {
  const counts = statefulServices
    .filter((service) => service !== 'gateway')
    .map((service) => sql`select 1 from ${sql(schemaOf(service))}.outbox where published_at is null limit 1`);
  return (await Promise.all(counts)).every((rows) => rows.length === 0);
};

const errorsLogged = (): readonly string[] =>
  logged.filter((line) => /"level":(?:50|60)\b/.test(line) || /unhandled|FATAL|Error:/.test(line));

const attacked = publicRoutes.filter(({ body, query, params, method }) => body || query || params || method !== 'GET');

describe.each(attacked.map((route) => [`${route.method} ${route.path}`, route] as const))('%s', (_, route) => {
  it('refuses bad input with a problem that names the field, and stores nothing (N25, N42, N53, N60)', async () => {
    const valid = await validRequest(route);
    const { token } = await signIn(cast.api, cast.admin);
    const attacks = attacksOn({ route, valid, token });
    const before = await stored();
    expect(attacks.length).toBeGreaterThan(0);
    expect(await faultsOf(attacks)).toEqual([]);
    expect(await stored()).toEqual(before);
    // Nobody has sessions without number: the oldest would end.
    await cast.api('DELETE', '/v1/sessions/current', { token });
  });
});

describe('after all that', () => {
  it('every service is ready, every event is on the road, and none has reported an error (N60)', async () => {
    await waitFor('all outboxes to drain', drained);
    const ready = await cast.api('GET', '/readyz');
    expect(ready.status).toBe(200);
    expect(errorsLogged()).toEqual([]);
    const parked = statefulServices
      .filter((service) => service !== 'gateway')
      .map(
        (service) => sql`
        select reason from ${sql(schemaOf(service))}.parked_events where reason <> ${parkedByUs}`,
      );
    expect((await Promise.all(parked)).flat()).toEqual([]);
  });
});
