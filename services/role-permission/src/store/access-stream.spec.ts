import { randomBytes } from 'node:crypto';
import { Bus } from '@rollcall/events/bus';
import { createLogger } from '@rollcall/service-kit/logging';
import { testServers } from '@rollcall/testing/test-database';
import { userId } from '@rollcall/types/ids';
import postgres, { type Sql } from 'postgres';
import { afterAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { AccessCommand, AccessIntent } from '../domain/commands.ts';
import { evolve } from '../domain/evolve.ts';
import { holds } from '../domain/holdings.ts';
import { ada, commandOf, fingerprint } from '../domain/scenario.ts';
import { initialState } from '../domain/state.ts';
import { openLogDatabase } from '../testing/log-database.ts';
import { type AccessStreamOptions, accessStream, coreStream } from './access-stream.ts';
import { NatsPeers } from './nats-peers.ts';
import { PeerMessages } from './peer-messages.ts';
import { peerSecret } from './peer-secret.ts';
import { postgresLog } from './postgres-log.ts';

const database = await openLogDatabase();
const { owner } = database;
afterAll(() => database.drop());
beforeEach(() => database.empty());

const found: AccessIntent = { type: 'addUser', userId: ada, mayBootstrap: true };
const uuid = (): string => {
  const digits = randomBytes(16).toString('hex');
  return `019a6e0c-1b2c-7${digits.slice(0, 3)}-8${digits.slice(3, 6)}-${digits.slice(6, 18)}`;
};
const command = (wish: AccessIntent, by: string = ada): AccessCommand => ({ ...commandOf(wish, by, 0), id: uuid() });
const addSomebody = () => command({ type: 'addUser', userId: userId.parse(uuid()), mayBootstrap: true });

const opened = async (sql: Sql = database.pool(3), more: Partial<AccessStreamOptions> = {}) => {
  const stream = accessStream({ sql, report: () => undefined, limits: { patienceMs: 30_000 }, ...more });
  await stream.start();
  onTestFinished(() => stream.stop());
  return stream;
};
const logged = async () => (await postgresLog(owner, 'core').read(1, 100_000)).entries;
const replayed = async () => (await logged()).reduce(evolve, initialState());

describe('the access stream', () => {
  it('has a change in its live state as soon as it is answered', async () => {
    const stream = await opened();
    expect(await stream.submit(command(found))).toEqual({ status: 'accepted', revision: 3, epoch: 1 });
    const reading = stream.reading;
    expect(reading?.revision).toBe(3);
    expect(reading && holds(reading.state, ada, 'users.read', reading.now)).toBe(true);
  });

  it('has after a restart the state that it had before', async () => {
    const before = await opened();
    await before.submit(command(found));
    await before.submit(command({ type: 'createPermission', name: 'reports.read', description: 'x' }));
    const after = await opened();
    const [one, other] = [before.reading, after.reading];
    expect(one && fingerprint(one.state)).toBe(other && fingerprint(other.state));
  });

  it('lets replicas write at once: one order, nothing lost, nothing twice, one first administrator', async () => {
    const streams = await Promise.all([opened(database.pool(2)), opened(database.pool(2)), opened(database.pool(2))]);
    const commands = streams.flatMap((stream) => Array.from({ length: 300 }, () => ({ stream, sent: addSomebody() })));
    const outcomes = await Promise.all(commands.map(({ stream, sent }) => stream.submit(sent)));
    expect(outcomes.filter(({ status }) => status !== 'accepted')).toEqual([]);

    const entries = await logged();
    expect(entries.map(({ position }) => position)).toEqual(entries.map((_, n) => n + 1));
    expect(entries.filter(({ event }) => event.type === 'access.bootstrapped')).toHaveLength(1);
    const added = entries.filter(({ event }) => event.type === 'access.user_added').map(({ commandId }) => commandId);
    expect(added.toSorted()).toEqual(commands.map(({ sent }) => sent.id).toSorted());

    await expect
      .poll(() => new Set(streams.map(({ reading }) => reading?.revision)))
      .toEqual(new Set([entries.length]));
    const expected = fingerprint(await replayed());
    for (const { reading } of streams) expect(reading && fingerprint(reading.state)).toBe(expected);
  });

  it('does every command once while its connections are being cut, and shows readers no hole', async () => {
    const streams = await Promise.all([opened(database.pool(3)), opened(database.pool(3))]);
    let cutting = true;
    let cuts = 0;
    const holes: string[] = [];
    const cutter = (async () => {
      for (let cutAt = '0'; cutting; ) {
        const [seen] = await owner<{ count: string; last: string }[]>`
          select count(*) as count, coalesce(max(position), 0) as last from role_permission.events`;
        if (seen?.count !== seen?.last) holes.push(`${seen?.count} of ${seen?.last}`);
        // Not before something got done since the last cut: otherwise nothing ever might.
        if (seen === undefined || seen.last === cutAt) continue;
        const cut = await owner`
          select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid()
            and state = 'active' and query like '%with writer as%'`;
        if (cut.length > 0) cutAt = seen.last;
        cuts += cut.length;
      }
    })();
    const sent: string[] = [];
    const outcomes = await Promise.all(
      streams.flatMap((stream) =>
        Array.from({ length: 16 }, async () => {
          const statuses: string[] = [];
          // Until it has happened: a quick machine may be done before.
          for (let n = 0; n < 20 || cuts < 3; n++) {
            const next = addSomebody();
            sent.push(next.id);
            statuses.push((await stream.submit(next)).status);
          }
          return statuses;
        }),
      ),
    );
    cutting = false;
    await cutter;
    expect(new Set(outcomes.flat())).toEqual(new Set(['accepted']));
    expect(holes).toEqual([]);
    const entries = await logged();
    const added = entries.filter(({ event }) => event.type === 'access.user_added').map(({ commandId }) => commandId);
    expect(added.toSorted()).toEqual(sent.toSorted());
    const expected = fingerprint(await replayed());
    await expect
      .poll(() => streams.map(({ reading }) => reading && fingerprint(reading.state)))
      .toEqual([expected, expected]);
  }, 60_000);

  it('refuses the command that Postgres cannot store, and goes on', async () => {
    const stream = await opened();
    await stream.submit(command(found));
    const outcomes = await Promise.all([
      stream.submit(addSomebody()),
      stream.submit(command({ type: 'createPermission', name: 'x', description: 'a\u0000b' })),
      stream.submit(addSomebody()),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['accepted', 'failed', 'accepted']);
  });

  it('goes on in a new epoch when the log has lost its tail, upon what is left', async () => {
    const [one, other] = [await opened(), await opened()];
    await one.submit(command(found));
    await expect.poll(() => other.reading?.revision).toBe(3);
    await owner`delete from role_permission.events where position = 3`;
    await expect.poll(() => [one.reading?.epoch, other.reading?.epoch], { timeout: 5_000 }).toEqual([2, 2]);
    expect(one.reading && holds(one.reading.state, ada, 'admin', one.reading.now)).toBe(false);
    expect(await one.submit(addSomebody())).toEqual({ status: 'accepted', revision: 3, epoch: 2 });
    expect(await logged()).toHaveLength(3);
  });
});

describe('replicas of the access stream that hear each other', () => {
  const { natsUrl, natsToken } = testServers();
  const log = createLogger('host', 'silent');
  const joined = async (name: string) => {
    const sql = postgres(database.url, { max: 3, onnotice: () => undefined, connection: { application_name: name } });
    const bus = new Bus({ url: natsUrl, token: natsToken, name, log });
    const messages = new PeerMessages(await peerSecret(sql, coreStream));
    const stream = await opened(sql, { peers: new NatsPeers({ bus, stream: coreStream, messages, log }) });
    onTestFinished(async () => {
      await stream.stop();
      await bus.close();
      await sql.end({ timeout: 1 });
    });
    return stream;
  };

  it('have one of them append for all, which is told and found everywhere as soon as it is answered', async () => {
    await owner`create table public.writers (name text, position bigint)`;
    await owner.unsafe(`
      create or replace function public.note_writer() returns trigger language plpgsql security definer as $$
        begin
          insert into public.writers values (current_setting('application_name'), new.position);
          return new;
        end $$;
      create trigger note_writer before insert on role_permission.events for each row execute function public.note_writer()`);
    onTestFinished(async () => {
      await owner`drop trigger note_writer on role_permission.events`;
      await owner`drop table public.writers`;
    });
    const [one, other] = [await joined('one'), await joined('other')];
    // Until they hear each other.
    await expect
      .poll(async () => {
        await one.submit(addSomebody());
        await other.submit(addSomebody());
        const [row] = await owner<{ names: number }[]>`
          select count(distinct name)::int as names from (
            select name from public.writers order by position desc limit 6
          ) as last`;
        return row?.names;
      })
      .toBe(1);
    const [last] = await owner<{ name: string; position: string }[]>`
      select name, position from public.writers order by position desc limit 1`;
    const streams = [one, other];
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, async (_, n) => {
        const stream = streams[n % 2] ?? one;
        const outcome = await stream.submit(addSomebody());
        const found = outcome.status === 'accepted' && (stream.reading?.revision ?? 0) >= outcome.revision;
        return found ? 'found' : outcome.status;
      }),
    );
    expect(new Set(outcomes)).toEqual(new Set(['found']));
    const writers = await owner<{ name: string; events: number }[]>`
      select name, count(*)::int as events from public.writers where position > ${last?.position ?? 0} group by name`;
    const byLeader = writers.find(({ name }) => name === last?.name)?.events ?? 0;
    // A machine that stalls for a tenth of a second lets the other one lose patience.
    expect(byLeader).toBeGreaterThan(100);
  });
});
