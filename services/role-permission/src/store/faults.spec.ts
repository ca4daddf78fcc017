import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Replica } from '@rollcall/event-store/replica';
import { type OwnNats, startOwnNats } from '@rollcall/testing/own-nats';
import { type OwnPostgres, startOwnPostgres } from '@rollcall/testing/own-postgres';
import { userId } from '@rollcall/types/ids';
import postgres, { type Sql } from 'postgres';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { AccessCommand } from '../domain/commands.ts';
import { accessDecider } from '../domain/decide/decide.ts';
import { ada, commandOf, fingerprint } from '../domain/scenario.ts';
import { impaired } from '../testing/impaired-road.ts';
import { openLogDatabase } from '../testing/log-database.ts';
import { type Done, startReplicaProcess } from '../testing/replica-under-test.ts';
import { expectWhole } from '../testing/whole-log.ts';
import { accessStream, coreStream } from './access-stream.ts';
import { postgresLog } from './postgres-log.ts';

/** How long each fault goes on and how often it comes; `npm run faults` makes it more. */
const rounds = Number(process.env.FAULTS_ROUNDS ?? 1);
const seconds = Number(process.env.FAULTS_LOG_SECONDS ?? 1);
/** How soon all is answered but a hundredth, and how long one that leads and stands still holds the others up (milliseconds). */
const bounds = {
  answered: Number(process.env.FAULTS_LOG_ANSWERED ?? 1_000),
  heldUp: Number(process.env.FAULTS_LOG_HELD_UP ?? 2_000),
};

let server: OwnPostgres;
let nats: OwnNats;
let database: Awaited<ReturnType<typeof openLogDatabase>>;
let owner: Sql;

beforeAll(async () => {
  [server, nats] = await Promise.all([startOwnPostgres(), startOwnNats()]);
  database = await openLogDatabase(server.url);
  owner = postgres(database.ownerUrl, { max: 2, onnotice: () => undefined, backoff: () => 0.05 });
}, 60_000);
afterAll(async () => {
  await owner?.end({ timeout: 1 });
  await Promise.all([server?.stop(), nats?.stop()]);
});
beforeEach(async () => {
  await owner`truncate role_permission.events, role_permission.edges, role_permission.streams`;
});

const uuid = (): string => {
  const digits = randomBytes(16).toString('hex');
  return `019a6e0c-1b2c-7${digits.slice(0, 3)}-8${digits.slice(3, 6)}-${digits.slice(6, 18)}`;
};
const addSomebody = (): AccessCommand => ({
  ...commandOf({ type: 'addUser', userId: userId.parse(uuid()), mayBootstrap: false }, ada, 0),
  id: uuid(),
});

const opened = async (url = database.url) => {
  const sql = postgres(url, { max: 3, onnotice: () => undefined, backoff: () => 0.05 });
  const stream = accessStream({ sql, report: () => undefined });
  await stream.start();
  onTestFinished(async () => {
    await stream.stop();
    await sql.end({ timeout: 1 });
  });
  return stream;
};

const startReplica = async (clients = 8, url = database.url) => {
  const environment = { DATABASE_URL: url, NATS_URL: nats.url, NATS_TOKEN: nats.token, CLIENTS: `${clients}` };
  const replica = await startReplicaProcess(environment);
  onTestFinished(() => replica.kill());
  return replica;
};
const doing = (replica: { readonly done: readonly Done[] }, atLeast = 50) => {
  const before = replica.done.length;
  return expect.poll(() => replica.done.length - before, { timeout: 20_000 }).toBeGreaterThan(atLeast);
};

type ReplicaProcess = Awaited<ReturnType<typeof startReplica>>;

/**
 * The one that appends for both, and the other. For a while already: when leaders change, one may have the log to itself,
 * and holds the others up for longer if it stands still just then.
 */
const leadingOne = async (replicas: readonly ReplicaProcess[]): Promise<readonly [ReplicaProcess, ReplicaProcess]> => {
  await Promise.all(replicas.map((replica) => doing(replica)));
  for (;;) {
    const before = replicas.map(({ appends }) => appends.length);
    await doing(replicas[0] ?? expect.fail());
    const leads = (replica: ReplicaProcess, n: number) =>
      replica.inARow > 20 && replica.appends.length - (before[n] ?? 0) > 2;
    const [leader, ...others] = replicas.filter(leads);
    const other = replicas.find((replica) => replica !== leader);
    if (leader && other && others.length === 0) return [leader, other];
  }
};

/** The longest time in which nothing was done, from a moment on. */
const longestPause = (done: readonly Done[], from: number): number => {
  const times = [from, ...done.filter(({ at }) => at >= from).map(({ at }) => at)];
  return Math.max(...times.map((at, n) => at - (times[n - 1] ?? at)));
};

describe('the access log, when', () => {
  it('Postgres is killed under load, has everything that was answered, and its edges are those of its events (F09, F30)', async () => {
    const replicas = [await startReplica(), await startReplica()];
    for (let round = 0; round < rounds; round++) {
      await Promise.all(replicas.map((replica) => doing(replica)));
      await server.kill();
      await delay(300);
      await server.start();
      await Promise.all(replicas.map((replica) => doing(replica)));
    }
    await Promise.all(replicas.map((replica) => replica.kill()));
    const { epoch } = await expectWhole(
      owner,
      replicas.flatMap(({ done }) => done),
    );
    expect(epoch).toBe(1);
  }, 120_000);

  it('a replica is killed under load, goes on with the others, and nothing is half there (F30)', async () => {
    const survivor = await startReplica();
    for (let round = 0; round < rounds; round++) {
      const victim = await startReplica(32);
      await doing(victim);
      await victim.kill();
      const died = performance.now();
      await doing(survivor, 100);
      // Whom it took for the leader is gone: it asked in vain once, and then did it by itself.
      expect(longestPause(survivor.done, died)).toBeLessThan(2_000);
      await expectWhole(owner, [...victim.done, ...survivor.done]);
    }
  }, 120_000);

  it('the replica that leads stands still, and goes on later, has nothing twice (F06)', async () => {
    const replicas = [await startReplica(32), await startReplica(4)];
    for (let round = 0; round < rounds; round++) {
      const [leader, other] = await leadingOne(replicas);
      leader.pause();
      const paused = performance.now();
      await delay(seconds * 1_000);
      await doing(other, 20);
      expect(longestPause(other.done, paused)).toBeLessThan(bounds.heldUp);
      leader.resume();
      await Promise.all([doing(leader), doing(other)]);
    }
    await Promise.all(replicas.map((replica) => replica.kill()));
    await expectWhole(
      owner,
      replicas.flatMap(({ done }) => done),
    );
  }, 120_000);

  it('one of three replicas has most to do, answers all of them soon, and hardly ever in vain', async () => {
    const replicas = [await startReplica(128), await startReplica(4), await startReplica(4)];
    await Promise.all(replicas.map((replica) => doing(replica, 200)));
    const before = replicas.map(({ done, appends }) => ({ done: done.length, appends: appends.length }));
    await delay(2 * seconds * 1_000);
    const done = replicas.flatMap((replica, n) => replica.done.slice(before[n]?.done));
    const appends = replicas.flatMap((replica, n) => replica.appends.slice(before[n]?.appends));
    await Promise.all(replicas.map((replica) => replica.kill()));
    const took = done.map((one) => one.took).toSorted((one, other) => one - other);
    const vain = appends.filter((status) => status !== 'appended').length;
    console.log(
      `all but a hundredth of ${took.length} in ${took[Math.floor(took.length * 0.99)]} ms, ${vain} of ${appends.length} appends in vain`,
    );
    expect(took[Math.floor(took.length * 0.99)]).toBeLessThan(bounds.answered);
    expect(vain / (appends.length - vain)).toBeLessThan(0.1);
    await expectWhole(
      owner,
      replicas.flatMap((replica) => replica.done),
    );
  }, 120_000);

  it('NATS is killed, is written by all replicas all the same, in fair shares', async () => {
    const replicas = [await startReplica(), await startReplica(), await startReplica()];
    await Promise.all(replicas.map((replica) => doing(replica)));
    await nats.kill();
    const from = performance.now();
    await delay(Math.max(3, seconds) * 1_000);
    const shares = replicas.map(({ done }) => done.filter(({ at }) => at >= from).length);
    await nats.start();
    const total = shares.reduce((sum, share) => sum + share, 0);
    // Where each had the same to do, its fair share is a third.
    expect(Math.min(...shares) / (total / 3)).toBeGreaterThan(0.3);
    await Promise.all(replicas.map((replica) => doing(replica)));
    await Promise.all(replicas.map((replica) => replica.kill()));
    await expectWhole(
      owner,
      replicas.flatMap(({ done }) => done),
    );
  }, 120_000);

  it('the network is slow, is right and goes on', async () => {
    const road = await impaired(database.url);
    onTestFinished(() => road.close());
    const near = await startReplica(8);
    const far = await startReplica(8, road.url);
    road.slow(40);
    await Promise.all([doing(near), doing(far)]);
    // Long enough for attempts that nobody waits for any more, and that arrive all the same.
    road.slow(1_200);
    await doing(near, 200);
    road.slow(0);
    await Promise.all([doing(near), doing(far)]);
    await Promise.all([near.kill(), far.kill()]);
    await expectWhole(owner, [...near.done, ...far.done]);
  }, 120_000);

  it('a writer stands still with the log to itself, is held up for half a second, and keeps nothing of it', async () => {
    const road = await impaired(database.url);
    onTestFinished(() => road.close());
    const stalled = postgres(road.url, { max: 1, onnotice: () => undefined });
    const other = await opened();
    const event = { type: 'access.user_added', subject: ada, data: {}, subjectSequence: 1 } as const;
    const cause = { actor: 'service:spec', correlationId: 'spec' };
    const appending = postgresLog(stalled, coreStream).appendAlone(1, 10, ({ epoch }) => {
      road.freeze();
      const id = uuid();
      const proposed = [{ id, commandId: id, index: 0, event: { ...event, cause } }];
      return { epoch, head: { position: 0, id: null }, headAt: 0, proposed };
    });
    const failed = expect(appending).rejects.toThrow();
    await expect
      .poll(
        () => owner`select from pg_stat_activity where state = 'idle in transaction' and datname = current_database()`,
      )
      .not.toEqual([]);
    const began = performance.now();
    expect(await other.submit(addSomebody())).toMatchObject({ status: 'accepted', revision: 1 });
    expect(performance.now() - began).toBeLessThan(2_000);
    road.thaw();
    await failed;
    await stalled.end({ timeout: 1 });
    await expectWhole(owner, []);
  }, 60_000);

  it('an older copy of it is put back, goes on in a new epoch, and every reader is told (F10)', async () => {
    const [one, other] = [await opened(), await opened()];
    const reader = new Replica(accessDecider, { recentCommands: 10, recentEntries: 10 });
    const readers = postgresLog(owner, coreStream);
    await one.submit(addSomebody());
    await server.halt();
    await server.save();
    await server.start();
    const lost = addSomebody();
    await expect.poll(async () => (await one.submit(lost)).status, { timeout: 10_000 }).toBe('accepted');
    await expect.poll(() => other.reading?.revision, { timeout: 5_000 }).toBe(2);
    reader.take(await readers.read(1, 10));

    await server.kill();
    await server.restore();
    await server.start();
    await expect.poll(() => [one.reading?.epoch, other.reading?.epoch], { timeout: 10_000 }).toEqual([2, 2]);
    expect(one.reading?.revision).toBe(1);
    // A client that waits for what was lost is told so, and not given what came in its place.
    expect(await other.reached(2, 1, 100)).toBe('unknown_epoch');
    const page = await readers.read(reader.readFrom, 10);
    expect(page.epoch).toBe(2);
    expect(() => reader.take(page)).toThrow('missing');

    const next = addSomebody();
    expect(await other.submit(next)).toEqual({ status: 'accepted', revision: 2, epoch: 2 });
    expect(await one.reached(2, 2, 2_000)).toBe('reached');
    // What was lost can be done again: nobody remembers it as done.
    expect(await one.submit(lost)).toEqual({ status: 'accepted', revision: 3, epoch: 2 });
    const { entries } = await expectWhole(owner, []);
    const replayed = entries.reduce(accessDecider.evolve, accessDecider.initialState());
    await expect.poll(() => other.reading?.revision).toBe(3);
    for (const { reading } of [one, other]) expect(reading && fingerprint(reading.state)).toBe(fingerprint(replayed));
  }, 120_000);
});
