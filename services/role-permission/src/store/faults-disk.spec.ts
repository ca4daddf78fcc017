import { type OwnPostgres, startOwnPostgres } from '@rollcall/testing/own-postgres';
import { userId } from '@rollcall/types/ids';
import postgres, { type Sql } from 'postgres';
import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { AccessCommand } from '../domain/commands.ts';
import { ada, commandOf } from '../domain/scenario.ts';
import { openLogDatabase } from '../testing/log-database.ts';
import { expectWhole } from '../testing/whole-log.ts';
import { accessStream } from './access-stream.ts';

let server: OwnPostgres;
let database: Awaited<ReturnType<typeof openLogDatabase>>;
let owner: Sql;

const open = (url: string) => postgres(url, { max: 3, onnotice: () => undefined, backoff: () => 0.05 });
beforeAll(async () => {
  server = await startOwnPostgres();
  database = await openLogDatabase(server.url);
  owner = open(database.ownerUrl);
}, 60_000);
afterAll(async () => {
  await owner?.end({ timeout: 1 });
  await server?.stop();
});

const addSomebody = (): AccessCommand => ({
  ...commandOf({ type: 'addUser', userId: userId.parse(v7()), mayBootstrap: false }, ada, 0),
  id: v7(),
});

/** Events of another stream, until the table can grow no more. */
const fillTheDisk = async (): Promise<void> => {
  for (let n = 0; ; n += 500) {
    try {
      await owner`
        insert into role_permission.events (
          stream, position, id, command_id, index, type, version, subject, subject_sequence, data, actor, correlation_id,
          keys, at
        )
        select 'filler', ${n}::int + i, gen_random_uuid(), gen_random_uuid(), 0, 'x', 1, 'x', 1,
          to_jsonb((select string_agg(md5(random()::text || i || word), '') from generate_series(1, 45) as word)), 'x', 'x', '{}', now()
        from generate_series(1, 500) as i`;
    } catch (error) {
      expect(String(error)).toContain('could not extend file');
      return;
    }
  }
};

describe('the access log, when the disk is full', () => {
  it('takes nothing and says so, is read as before, and goes on once there is room (F09)', async () => {
    const sql = open(database.url);
    const stream = accessStream({ sql, report: () => undefined, limits: { patienceMs: 500 } });
    await stream.start();
    onTestFinished(async () => {
      await stream.stop();
      await sql.end({ timeout: 1 });
    });
    const sent: AccessCommand[] = [];
    const submit = async () => {
      const command = addSomebody();
      sent.push(command);
      return stream.submit(command);
    };
    expect((await submit()).status).toBe('accepted');

    await server.halt();
    await server.start(16 * 2 ** 20);
    await fillTheDisk();
    await expect.poll(() => stream.reading?.age, { timeout: 5_000 }).toBeDefined();
    // What is left of the last page may take a few.
    await expect.poll(async () => (await submit()).status, { timeout: 20_000 }).toBe('unavailable');
    await expect.poll(() => stream.health).toBe('serving');
    const kept = stream.reading?.revision ?? 0;

    await server.halt();
    await server.start();
    await expect.poll(async () => (await submit()).status, { timeout: 10_000 }).toBe('accepted');
    expect(stream.reading?.revision).toBeGreaterThan(kept);
    // Whoever was told nothing asks again: it is done once, whatever had become of it.
    const outcomes = await Promise.all(sent.map((command) => stream.submit(command)));
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['accepted']));
    const told = outcomes.flatMap((outcome, n) => {
      const commandId = sent[n]?.id ?? '';
      return outcome.status === 'accepted' ? [{ ...outcome, commandId }] : [];
    });
    const { entries } = await expectWhole(owner, told);
    expect(entries).toHaveLength(sent.length);
  }, 120_000);
});
