import { setTimeout as delay } from 'node:timers/promises';
import { expectInvariants } from '@rollcall/testing/check-invariants';
import { loseTail, messagesOf } from '@rollcall/testing/jetstream-tail';
import { setDuplicateWindow, streamMessages } from '@rollcall/testing/nats-traffic';
import type { SignedInPerson } from '@rollcall/testing/people';
import { type Stack, startStack } from '@rollcall/testing/stack';
import { serverProcess } from '@rollcall/testing/stack-processes';
import { waitFor } from '@rollcall/testing/wait-for';
import postgres, { type Sql } from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cast } from './cast.ts';
import { type Crowd, gather, summaryOf, unclean } from './crowd.ts';
import { attempt, attempts, outboxes, setFailpoint } from './failpoint.ts';

/** Longer with `npm run faults`. */
const seconds = Number(process.env.FAULTS_ROUNDS ?? 0) > 1 ? 20 : 4;

let stack: Stack;
let cast: Cast;
let sql: Sql;
let people: SignedInPerson[];

beforeAll(async () => {
  stack = await startStack({ environment: { LOG_LEVEL: process.env.FAULTS_LOG_LEVEL ?? 'fatal' } });
  sql = postgres(stack.postgres, { max: 3, onnotice: () => undefined });
  cast = await Cast.of(stack);
  people = await Promise.all(['ada', 'grace', 'alan'].map((name) => cast.named(name)));
}, 60_000);

afterAll(async () => {
  await sql?.end();
  await stack?.stop();
});

/** People at work for as long as the fault lasts. */
const crowded = async (fault: () => Promise<unknown>): Promise<Crowd> => {
  const crowd = gather(stack, { admin: cast.admin, people, pace: 50 });
  await fault();
  await crowd.leave();
  return crowd;
};

const expectAllWell = async ({ answers, promised }: Crowd): Promise<void> => {
  expect(unclean(answers), JSON.stringify(summaryOf(answers), null, 2)).toEqual([]);
  expect(promised.grants.length).toBeGreaterThan(3);
  const promises = { admin: cast.admin, promised };
  const { seen } = await expectInvariants(stack, { mailsOnce: true, promises, milliseconds: 45_000 });
  expect(seen.events).toBeGreaterThan(50);
};

describe('when transactions', () => {
  it('commit in another order than they began in, nothing is passed over (F01)', async () => {
    const tables = await outboxes(sql);
    const crowd = await crowded(async () => {
      const slow = await setFailpoint(sql, tables, 'at commit', 'perform pg_sleep(random() * 0.5)');
      await delay(seconds * 1_000);
      await waitFor('one to be overtaken', async () => (await overtaken()) > 0, 30_000);
      await slow.release();
    });
    await expectAllWell(crowd);
  }, 120_000);

  it('are undone, one in three, nobody waits for their numbers (F04)', async () => {
    const tables = [...(await outboxes(sql)), 'role_permission.events'];
    const gapsBefore = await gaps();
    const crowd = await crowded(async () => {
      const failing = await setFailpoint(
        sql,
        tables,
        'at commit',
        `if ${attempt} % 3 = 0 then raise exception using errcode = 'serialization_failure'; end if`,
      );
      await delay(seconds * 1_000);
      await failing.release();
    });
    await expectAllWell(crowd);
    expect(await gaps(), 'no number was lost: nothing was tried').toBeGreaterThan(gapsBefore);
  }, 120_000);
});

/** How many events were published before one that had a smaller number. */
const overtaken = async (): Promise<number> => {
  const pairs = await sql`select from auth.outbox as early join auth.outbox as late
    on early.position < late.position and early.stream_sequence > late.stream_sequence`;
  return pairs.length;
};

/** Numbers of the outbox that no event has. */
const gaps = async (): Promise<number> => {
  const [row] = await sql<{ gaps: number }[]>`select (max(position) - count(*))::int as gaps from auth.outbox`;
  return row?.gaps ?? 0;
};

describe('an event', () => {
  it('that is stored again after the stream forgot that it has it, has its effect once (F15)', async () => {
    await setDuplicateWindow(stack.nats, 500);
    const crowd = await crowded(async () => {
      // The relay publishes, cannot remember that it did, and publishes again when the window is over.
      const deaf = await setFailpoint(
        sql,
        ['auth.outbox'],
        'before update',
        `perform pg_sleep(2); raise exception using errcode = 'serialization_failure'`,
      );
      await waitFor('an event to be stored twice', async () => (await storedTwice()) > 0, 30_000);
      await deaf.release();
    });
    await setDuplicateWindow(stack.nats, 120_000);
    await expectAllWell(crowd);
  }, 120_000);

  it('whose reaction fails one time in five is applied, and its successors after it (F19)', async () => {
    const before = await attempts(sql);
    const crowd = await crowded(async () => {
      const failing = await setFailpoint(
        sql,
        ['activity_log.activity', 'notification.mails', 'auth.credentials'],
        'before insert',
        `if ${attempt} % 5 = 0 then raise exception 'a failpoint'; end if`,
      );
      await delay(seconds * 1_000);
      await failing.release();
    });
    expect(await attempts(sql), 'none failed: nothing was tried').toBeGreaterThan(before + 50);
    await expectAllWell(crowd);
  }, 120_000);

  it('that nobody can apply waits with its own, is shown and tried again; the others flow (F18)', async () => {
    const [poisoned] = people;
    if (!poisoned) throw new Error('nobody is there');
    const crowd = await crowded(async () => {
      const poison = await setFailpoint(
        sql,
        ['activity_log.activity'],
        'before insert',
        `if new.subject = '${poisoned.id}' then raise exception 'a failpoint'; end if`,
      );
      await cast.grant(poisoned, ['users.read']);
      const parked = await waitFor('the event to be parked', firstParked, 20_000);
      await cast.asAdmin('PATCH', `/v1/users/${poisoned.id}`, { firstName: 'Ada' });
      await poison.release();
      const tried = await cast.asAdmin('POST', `/v1/dead-letters/${parked.id}/retry`);
      expect(tried).toMatchObject({ services: ['activity-log'], failed: [] });
    });
    // What was parked meanwhile from other services about the same person.
    for (let parked = await firstParked(); parked; parked = await firstParked()) {
      await cast.asAdmin('POST', `/v1/dead-letters/${parked.id}/retry`);
    }
    await expectAllWell(crowd);
  }, 120_000);
});

const storedTwice = async (): Promise<number> => {
  const ids = (await streamMessages(stack.nats)).map(({ body }): string => JSON.parse(body).id);
  return ids.length - new Set(ids).size;
};

const firstParked = async (): Promise<{ readonly id: string } | undefined> =>
  (await cast.asAdmin('GET', '/v1/dead-letters')).items[0];

describe('a service', () => {
  it('whose reactions stall under a flood holds nobody else up, and is through soon after (F21)', async () => {
    const crowd = await crowded(async () => {
      const stalling = await setFailpoint(sql, ['activity_log.activity'], 'before insert', 'perform pg_sleep(0.1)');
      await delay(seconds * 2_000);
      expect(await behind('activity_log')).toBeGreaterThan(20);
      await stalling.release();
    });
    await expectAllWell(crowd);
  }, 120_000);

  it('finds again what the stream lost at its end, and repeats nothing (F16)', async () => {
    const before = await publishedAgain();
    const crowd = await crowded(async () => {
      await delay(1_000);
      const pid = await serverProcess(stack, 'NATS');
      const { length } = await streamMessages(stack.nats);
      // Stopped before its files are cut, so that it cannot write them again.
      process.kill(pid, 'SIGSTOP');
      await loseTail(messagesOf(stack.nats.storeDir, 'ROLLCALL'), length - 40);
      process.kill(pid, 'SIGKILL');
      await delay(3_000);
    });
    await expectAllWell(crowd);
    expect(await publishedAgain(), 'nothing was lost: nothing was tried').toBeGreaterThan(before + 5);
  }, 120_000);
});

/** How often outboxes have published an event once more. */
const publishedAgain = async (): Promise<number> => {
  const each = (await outboxes(sql)).map((table) => `select sum(republished) as times from ${table}`);
  const [row] = await sql.unsafe<{ times: number }[]>(
    `select sum(times)::int as times from (${each.join(' union all ')}) as all_of_them`,
  );
  return row?.times ?? 0;
};

/** How many events all services have said that this one has not applied. */
const behind = async (schema: string): Promise<number> => {
  const said = (await outboxes(sql)).map((table) => `select count(*) from ${table}`).join(' union all ');
  const [row] = await sql.unsafe<{ behind: number }[]>(
    `select ((select sum(count) from (${said}) as said)
      + (select count(*) from role_permission.events where stream = 'core')
      - (select sum(last_sequence) from ${schema}.inbox))::int as behind`,
  );
  return row?.behind ?? 0;
};
