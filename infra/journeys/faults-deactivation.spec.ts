import { setTimeout as delay } from 'node:timers/promises';
import { type ApiClient, createApiClient } from '@rollcall/testing/api-client';
import { expectInvariants } from '@rollcall/testing/check-invariants';
import { newcomer, registerPerson, type SignedInPerson } from '@rollcall/testing/people';
import { waitFor } from '@rollcall/testing/wait-for';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AccessProbe, type Door, probeAccess } from './access-probe.ts';
import { holdTable } from './held-table.ts';
import { type SeparateStack, startSeparateStack } from './separate-stack.ts';

/** Each at another random moment, with `npm run faults`. */
const rounds = Number(process.env.FAULTS_ROUNDS ?? 0);
/** What a killed process had in hand is left alone for 15 s, lest two work at it. */
const leaseMilliseconds = 40_000;
const permission = 'users.read';
const doors: readonly Door[] = ['rights', 'token', 'refresh', 'password'];

let separate: SeparateStack;
let sql: postgres.Sql;
let api: ApiClient;
let admin: SignedInPerson;

beforeAll(async () => {
  separate = await startSeparateStack('deactivation=2');
  const { stack } = separate;
  sql = postgres(stack.postgres, { max: 5, onnotice: () => undefined });
  api = createApiClient(stack.gateway);
  admin = await registerPerson(api, stack.mail, newcomer('admin'), stack.setupToken);
}, 120_000);

afterAll(async () => {
  await sql?.end();
  await separate?.stack.stop();
});

const somebody = async (): Promise<{ person: SignedInPerson; probe: AccessProbe }> => {
  const { stack } = separate;
  const person = await registerPerson(api, stack.mail);
  await api('PUT', `/v1/users/${person.id}/permissions/${permission}`, { token: admin.token });
  return { person, probe: await probeAccess(api, stack.gateway, { admin, person, permission }) };
};

const deactivate = async ({ id }: SignedInPerson): Promise<number> =>
  (await api('POST', `/v1/users/${id}/deactivate`, { token: admin.token })).status;

const statusOf = async ({ id }: SignedInPerson): Promise<string | undefined> => {
  const [row] = await sql<{ status: string; pending: string | null }[]>`
    select status, pending from deactivation.accounts where user_id = ${id}`;
  return row?.pending ?? row?.status;
};

const expectShutForGood = async ({ person, probe }: { person: SignedInPerson; probe: AccessProbe }) => {
  await waitFor(
    `${person.username} to be deactivated`,
    async () => (await statusOf(person)) === 'deactivated',
    leaseMilliseconds,
  );
  for (const door of doors) await waitFor(`${door} to be shut`, async () => probe.isShut(door), 5_000);
  expect(await probe.live.closeCode()).toBe(4401);
  await probe.stop();
  expect(probe.openedAgain).toEqual([]);
  const events = await sql`select from deactivation.outbox
    where subject = ${person.id} and envelope->>'type' = 'user.deactivated'`;
  expect(events).toHaveLength(1);
};

const killAll = () => separate.signal(['deactivation', 'deactivation 2'], 'SIGKILL');

describe('a deactivation whose process is killed (F27)', () => {
  it('at each of its steps ends complete, and what was cut stays cut', async () => {
    // Each person gets as far as the table that the step writes; the last step is held first.
    const steps = ['deactivation.outbox', 'auth.credentials', 'role_permission.events'];
    const everybody = await Promise.all(steps.map(somebody));
    const held = [];
    const answers = [];
    for (const [at, table] of steps.entries()) {
      const somebodyElse = everybody[at];
      if (!somebodyElse) throw new Error('nobody is there');
      const step = await holdTable(sql, table);
      held.push(step);
      answers.push(deactivate(somebodyElse.person));
      await step.isWanted();
      // Seen before the log itself is held: from then on nobody is told anything about rights.
      if (at < steps.length - 1) {
        await waitFor('rights to be cut', async () => somebodyElse.probe.isShut('rights'));
      }
    }
    expect(everybody.at(-1)?.probe.isShut('rights')).toBe(false);

    const { upAgain } = await killAll();
    await Promise.all(held.map((step) => step.release()));
    for (const status of await Promise.all(answers)) expect([202, 503]).toContain(status);
    await upAgain;
    for (const one of everybody) await expectShutForGood(one);
    await expectInvariants(separate.stack);
  }, 120_000);

  it.runIf(rounds > 0)(
    'at any moment ends complete or was never begun',
    async () => {
      for (let round = 0; round < rounds; round++) {
        const everybody = [];
        for (let n = 0; n < 5; n++) everybody.push(await somebody());
        const answers = everybody.map(({ person }) => deactivate(person));
        await delay(Math.random() * 150);
        const { upAgain } = await killAll();
        await Promise.all(answers);
        await upAgain;
        for (const one of everybody) {
          // One that did not get as far as being written down is asked for again.
          if ((await statusOf(one.person)) === undefined || (await statusOf(one.person)) === 'active') {
            // Services that have just come back may say 503 for a moment, as they do to anybody.
            await expect.poll(() => deactivate(one.person), { timeout: 20_000 }).toBeLessThan(300);
          }
          await expectShutForGood(one);
        }
        await expectInvariants(separate.stack);
      }
    },
    rounds * 90_000,
  );
});
