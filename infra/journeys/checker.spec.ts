import { checkInvariants, expectInvariants } from '@rollcall/testing/check-invariants';
import type { Promised } from '@rollcall/testing/promises';
import { type Stack, startStack } from '@rollcall/testing/stack';
import postgres, { type Sql } from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Cast } from './cast.ts';

/** What a fault journey trusts must see what is wrong: each invariant is broken by hand, and has to be named. */

let stack: Stack;
let cast: Cast;
let sql: Sql;

beforeAll(async () => {
  stack = await startStack({ environment: { LOG_LEVEL: 'fatal' } });
  cast = await Cast.of(stack);
  sql = postgres(stack.postgres, { max: 2, onnotice: () => undefined });
  await cast.grant(await cast.named('ada'), ['users.read']);
  await expectInvariants(stack);
}, 60_000);

afterAll(async () => {
  await sql?.end();
  await stack?.stop();
});

const nothing: Promised = { signUps: [], sessions: [], grants: [], ended: [] };

/** Looks until these are all that is broken: what the checker's own sign-ins said has to arrive everywhere first. */
const expectNamed = (names: readonly string[], promised: Partial<Promised> = {}) => {
  const promises = { admin: cast.admin, promised: { ...nothing, ...promised } };
  const named = async () => (await checkInvariants(stack, { promises })).violations.map(({ invariant }) => invariant);
  return expect.poll(named, { timeout: 15_000, interval: 500 }).toEqual(names);
};

const touched = [
  'registration.outbox',
  'registration.people',
  'activity_log.inbox',
  'activity_log.activity',
  'profile.profiles',
  'notification.recipients',
];

/** Statements in one transaction, without a look at foreign keys. */
const withoutKeys = (...statements: readonly string[]) =>
  sql.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    for (const statement of statements) await tx.unsafe(statement);
  });

const anEvent = `select event_id from registration.outbox order by position desc limit 1`;

it.each([
  ['I1', 'unpublished', `update registration.outbox set published_at = null where event_id = (${anEvent})`],
  ['I2', 'applied', `update activity_log.inbox set last_sequence = last_sequence + 1 where source = 'rollcall/auth'`],
  ['I3', 'misnumbered', `update registration.outbox set subject_sequence = 7 where event_id = (${anEvent})`],
  ['I4', 'not recorded', `delete from activity_log.activity where id = (${anEvent})`],
  ['I5', 'without a profile', 'delete from profile.profiles'],
  ['I5', 'in another state', `update profile.profiles set status = 'deactivated'`],
  ['I5', 'said otherwise', `update activity_log.activity set data = '{"said":"so"}' where id = (${anEvent})`],
  ['I5', 'written to elsewhere', `update notification.recipients set sealed = 'another'`],
  ['I8', 'half enrolled', `update registration.people set enrolment = '{"profile":{}}'`],
])('%s is seen to be broken: something is %s', async (invariant, _, statement) => {
  // The services would mend it.
  process.kill(stack.hostPid, 'SIGSTOP');
  const copies = touched.map((table) => [table, `spec_${table.replace('.', '_')}`] as const);
  try {
    await withoutKeys(...copies.map(([table, copy]) => `create table ${copy} as table ${table}`), statement);
    expect((await checkInvariants(stack)).violations.map((violation) => violation.invariant)).toContain(invariant);
  } finally {
    await withoutKeys(
      ...copies.flatMap(([table, copy]) => [
        `delete from ${table}`,
        `insert into ${table} select * from ${copy}`,
        `drop table ${copy}`,
      ]),
    );
    process.kill(stack.hostPid, 'SIGCONT');
  }
});

it('I5 is seen to be broken: somebody holds what the log does not come to', async () => {
  const { id } = await cast.named('ada');
  const [last] = await sql`select * from role_permission.events where stream = 'core' order by position desc limit 1`;
  if (!last) throw new Error('the log is empty');
  // What is live was folded before.
  await sql`update role_permission.events set data = jsonb_set(data, '{permission}', '"users.manage"')
    where stream = 'core' and position = ${last.position} and subject = ${id}`;
  await expectNamed(['I5', 'I5']);
  await sql`update role_permission.events set data = ${last.data} where stream = 'core' and position = ${last.position}`;
});

it('I6 is seen to be broken: somebody holds what nobody gave them', async () => {
  const { id, token } = cast.admin;
  await expectNamed(['I6', 'I6'], {
    grants: [{ userId: id, name: 'users.read' }],
    sessions: [{ person: cast.admin, token }],
  });
});

it('I7 is seen to be broken: a session that was ended lives', async () => {
  const { token } = await cast.named('ada');
  await expectNamed(['I7'], { ended: [{ token }] });
});

it('I9 is seen to be broken: what was promised is not there', async () => {
  const ada = await cast.named('ada');
  const grants = [{ userId: ada.id, name: 'users.manage' }];
  await expectNamed(['I9', 'I9', 'I6'], { grants, sessions: [{ person: ada, token: 'nothing' }] });
});

it('I10 is seen to be broken: a transaction that nobody ends', async () => {
  const stuck = await sql.reserve();
  await stuck`begin`;
  await expectNamed(['I10']);
  await stuck`rollback`;
  stuck.release();
});

it('I11 is seen to be broken: an address that stands in a table of events', async () => {
  const ada = await cast.named('ada');
  await sql`update registration.outbox set envelope = jsonb_set(envelope, '{said}', to_jsonb(${ada.email}::text))
    where event_id = (${sql.unsafe(anEvent)})`;
  await expectNamed([], { ended: [] });
  const report = await checkInvariants(stack, {
    promises: { admin: cast.admin, promised: { ...nothing, signUps: [ada] } },
  });
  expect(report.violations).toMatchObject([{ invariant: 'I11', samples: ['a table of events'] }]);
});
