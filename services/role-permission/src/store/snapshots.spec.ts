import { randomBytes } from 'node:crypto';
import { userId } from '@rollcall/types/ids';
import { afterAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { AccessCommand } from '../domain/commands.ts';
import { evolve } from '../domain/evolve.ts';
import { linesOf } from '../domain/fingerprint.ts';
import { ada, commandOf } from '../domain/scenario.ts';
import { initialState } from '../domain/state.ts';
import { openLogDatabase } from '../testing/log-database.ts';
import { accessStream, coreStream } from './access-stream.ts';
import { postgresLog } from './postgres-log.ts';
import { accessSnapshots } from './snapshots.ts';

const database = await openLogDatabase();
const { owner } = database;
const pool = database.pool(4);
afterAll(() => database.drop());
// What a stream began to keep, it keeps though it is stopped: it would show in the next test.
const keeping: Promise<void>[] = [];
beforeEach(async () => {
  await Promise.allSettled(keeping.splice(0));
  await database.empty();
});

const uuid = (): string => {
  const digits = randomBytes(16).toString('hex');
  return `019a6e0c-1b2c-7${digits.slice(0, 3)}-8${digits.slice(3, 6)}-${digits.slice(6, 18)}`;
};
const addSomebody = (): AccessCommand => ({
  ...commandOf({ type: 'addUser', userId: userId.parse(uuid()), mayBootstrap: true }, ada, 0),
  id: uuid(),
});

const reports: string[] = [];
beforeEach(() => reports.splice(0));
const report = (error: unknown, doing: string) => void reports.push(`${doing}: ${error}`);
const stored = accessSnapshots({ sql: pool, stream: coreStream, report, spacing: 1 });
const snapshots: typeof stored = {
  ...stored,
  keep: (snapshot) => {
    const kept = stored.keep(snapshot);
    keeping.push(kept);
    return kept;
  },
};

/** A replica that keeps a snapshot every so many entries, and which positions it read from when it started. */
const started = async (snapshotEvery = 1_000_000) => {
  const stream = accessStream({ sql: pool, snapshots, report, limits: { snapshotEvery } });
  await stream.start();
  onTestFinished(() => stream.stop());
  return stream;
};
const stateIn = (stream: Awaited<ReturnType<typeof started>>) => [...linesOf(stream.reading?.state ?? expect.fail())];
const replayed = async () => [
  ...linesOf((await postgresLog(owner, coreStream).read(1, 10_000)).entries.reduce(evolve, initialState())),
];
const kept = () => owner<{ position: string; form: string }[]>`
  select position, form from role_permission.snapshots order by position`;
const positions = async () => (await kept()).map(({ position }) => Number(position));

/** A log of so many people, and a snapshot of each of its states. */
const withSnapshots = async (people: number) => {
  const stream = await started(1);
  const own = async () =>
    (await kept()).filter(({ form }) => form !== '0-other').map(({ position }) => Number(position));
  // An entry that comes while a snapshot is being kept has none: the first one is of what was loaded.
  const settled = () => expect.poll(async () => (await own()).at(-1) ?? 0).toBe(stream.reading?.revision);
  await settled();
  for (let n = 0; n < people; n++) {
    await stream.submit(addSomebody());
    await settled();
  }
  return stream;
};

describe('a snapshot of the access log', () => {
  it('is what a start begins with: it reads only what came behind', async () => {
    const stream = await withSnapshots(3);
    const [at = 0] = (await positions()).slice(-1);
    const later = await started();
    await later.submit(addSomebody());
    // What a snapshot has is not looked at again: not even that it is gone.
    await owner`delete from role_permission.events where position < ${at}`;
    const next = await started();
    expect(stateIn(next)).toEqual(stateIn(later));
    expect(next.reading?.revision).toBe(at + 1);
    expect(reports).toEqual([]);
    await stream.stop();
  });

  it('knows the newest commands: one that comes again is answered and not done again', async () => {
    const stream = await started(1);
    const command = addSomebody();
    const outcome = await stream.submit(command);
    await expect.poll(async () => (await positions()).at(-1)).toBe(stream.reading?.revision);
    expect(await (await started()).submit(command)).toEqual(outcome);
  });

  it('is replaced by newer ones, and the one before stays', async () => {
    await withSnapshots(4);
    const { length } = await postgresLog(owner, coreStream)
      .read(1, 100)
      .then(({ entries }) => entries);
    expect(await positions()).toEqual([length - 1, length]);
    const [parts] =
      await owner`select count(distinct snapshot_id)::int as snapshots from role_permission.snapshot_parts`;
    expect(parts).toEqual({ snapshots: 2 });
  });

  it.each([
    [
      'has a byte that is another one',
      'update role_permission.snapshot_parts set data = set_byte(data, 99, 255 - get_byte(data, 99))',
    ],
    ['is cut', 'update role_permission.snapshot_parts set data = substring(data for length(data) - 8)'],
    ['has more than it had', "update role_permission.snapshot_parts set data = data || '\\x0000000000000000'::bytea"],
    ['has lost a part', 'delete from role_permission.snapshot_parts'],
  ])('that %s is not used: the one before is, and without that the log (F32)', async (_, damage) => {
    await withSnapshots(3);
    const expected = await replayed();
    const newest = '(select max(id) from role_permission.snapshots)';
    await owner.unsafe(`${damage} where snapshot_id = ${newest}`);
    expect(stateIn(await started())).toEqual(expected);
    expect(reports).toHaveLength(1);
    await owner.unsafe(`${damage} where snapshot_id < ${newest}`);
    expect(stateIn(await started())).toEqual(expected);
    expect(reports).toHaveLength(3);
    expect(new Set(reports.map((text) => text.replace(/\d+/, 'n').slice(0, 26)))).toEqual(
      new Set(['snapshot n cannot be read:']),
    );
  });

  it('of another version is not used, and stays for those who can read it', async () => {
    const before = await withSnapshots(2);
    await before.stop();
    await owner`update role_permission.snapshots set form = '0-other'`;
    expect(stateIn(await started())).toEqual(await replayed());
    await withSnapshots(2);
    expect((await kept()).map(({ form }) => form === '0-other')).toEqual([true, true, false, false]);
  });

  it('is kept whole or not at all', async () => {
    const stream = await started();
    await stream.submit(addSomebody());
    await owner.unsafe(`
      create or replace function public.full_disk() returns trigger language plpgsql as $$
        begin raise exception 'no space left'; end $$;
      create trigger full_disk before insert on role_permission.snapshot_parts
        for each row execute function public.full_disk()`);
    onTestFinished(async () => {
      await owner`drop trigger if exists full_disk on role_permission.snapshot_parts`;
    });
    const other = await started(1);
    await other.submit(addSomebody());
    await expect.poll(() => reports.join()).toContain('keeping a snapshot');
    expect(reports.join()).toContain('no space left');
    expect(await kept()).toHaveLength(0);
  });

  it('is made by one replica while the others go on without', async () => {
    const replicas = await Promise.all([started(20), started(20), started(20)]);
    const outcomes = await Promise.all(Array.from({ length: 60 }, (_, n) => replicas[n % 3]?.submit(addSomebody())));
    expect(new Set(outcomes.map((outcome) => outcome?.status))).toEqual(new Set(['accepted']));
    await expect.poll(async () => (await kept()).length).toBeGreaterThan(0);
    expect(stateIn(await started())).toEqual(await replayed());
    expect(reports).toEqual([]);
  });

  it('is kept at once after a start that had to read much', async () => {
    const stream = await started();
    for (let n = 0; n < 3; n++) await stream.submit(addSomebody());
    expect(await positions()).toEqual([]);
    await started(3);
    await expect.poll(positions).toEqual([stream.reading?.revision]);
  });

  it('cannot be changed by the service, only made and dropped', async () => {
    await withSnapshots(1);
    for (const statement of [
      'update role_permission.snapshots set position = 1',
      "update role_permission.snapshot_parts set data = ''",
      'delete from role_permission.snapshot_parts',
    ]) {
      await expect(pool.unsafe(statement)).rejects.toMatchObject({ code: '42501' });
    }
    await pool`delete from role_permission.snapshots`;
    expect(await owner`select from role_permission.snapshot_parts`).toHaveLength(0);
  });
});
