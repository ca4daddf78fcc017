import { newId } from '@rollcall/service-kit/identity';
import { waitFor } from '@rollcall/testing/wait-for';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RelaySource } from './relay-source.ts';
import { eventTables } from './testing/spec-schema.ts';
import { emitAbout, inStream, type Party, published, startTraffic, type Traffic } from './testing/traffic.ts';

/** How many events wait for a NATS that was away; ten thousand with `npm run faults`. */
const backlog = Number(process.env.FAULTS_BACKLOG ?? 2_000);

let traffic: Traffic;

beforeAll(async () => {
  traffic = await startTraffic();
});
afterAll(() => traffic.end());

const newParty = async (wrapSource?: (source: RelaySource) => RelaySource): Promise<Party> =>
  traffic.join({
    service: 'deactivation',
    database: await traffic.database(),
    ...(wrapSource ? { wrapSource } : {}),
  });

const sequencesInStream = async (party: Party, subject: string): Promise<number[]> =>
  (await inStream(party))
    .map(({ envelope }) => envelope as { subject: string; subjectsequence: number })
    .filter((event) => event.subject === subject)
    .map((event) => event.subjectsequence);

describe('what was committed', () => {
  it('is in the stream once, in the order of each subject, however many write at once', async () => {
    const party = await newParty();
    const subjects = Array.from({ length: 5 }, () => newId());
    // Two subjects each, always in one order, or they would lock each other out.
    const pairs = subjects.flatMap((one, n) => subjects.slice(n + 1).map((other) => [one, other] as const));
    const writer = async (_: unknown, n: number) => {
      for (let turn = 0; turn < 10; turn++) await emitAbout(party, ...(pairs[(n + turn) % pairs.length] ?? []));
    };
    // More than there are connections, and not so many that one would wait for seconds.
    await Promise.all(Array.from({ length: 30 }, writer));
    await published(party);
    const { outbox } = eventTables;
    const rows = await party.connection.db.select().from(outbox);
    for (const subject of subjects) {
      const count = rows.filter((row) => row.subject === subject).length;
      expect(await sequencesInStream(party, subject)).toEqual(Array.from({ length: count }, (_, n) => n + 1));
    }
    await party.stop();
  });

  it('is in the stream once when the relay dies between publishing and marking (F05)', async () => {
    let dies = true;
    const party = await newParty((source) => ({
      ...source,
      published: async (publications) => {
        if (dies) throw new Error('killed');
        await source.published(publications);
      },
    }));
    const subject = newId();
    await emitAbout(party, subject, subject);
    await waitFor('the events in the stream', async () => (await sequencesInStream(party, subject)).length === 2);
    dies = false;
    await published(party);
    expect(await sequencesInStream(party, subject)).toEqual([1, 2]);
    await party.stop();
  });

  it('is in the stream once when the server stores it and is too slow to say so (F14)', async () => {
    const party = await newParty();
    const subject = newId();
    await emitAbout(party, newId());
    await published(party);
    // Accepted by the server's socket, answered only after our patience has ended.
    traffic.nats.freeze();
    await emitAbout(party, subject);
    await waitFor('the relay to give up', async () => !(await isLed(party)), 15_000);
    traffic.nats.thaw();
    await published(party, 15_000);
    expect(await sequencesInStream(party, subject)).toEqual([1]);
    await party.stop();
  });

  it(
    'waits while NATS is down, and is all there soon after (F22)',
    async () => {
      const party = await newParty();
      await traffic.nats.kill();
      const subject = newId();
      for (let n = 0; n < backlog / 50; n++) await emitAbout(party, ...Array.from({ length: 50 }, () => subject));
      await traffic.nats.start();
      await published(party, 15_000 + backlog * 2);
      const sequences = await sequencesInStream(party, subject);
      expect(sequences).toEqual(Array.from({ length: backlog }, (_, n) => n + 1));
      await party.stop();
    },
    30_000 + backlog * 10,
  );
});

describe('of two replicas', () => {
  it('one publishes, and the other takes over when the first loses its connection (F06)', async () => {
    const database = await traffic.database();
    const rounds = { first: 0, second: 0 };
    let publications = 0;
    const join = (name: keyof typeof rounds): Party =>
      traffic.join({
        service: 'deactivation',
        database,
        wrapSource: (source) => ({
          ...source,
          waiting: (limit) => {
            rounds[name]++;
            return source.waiting(limit);
          },
          published: (publication) => {
            publications += publication.length;
            return source.published(publication);
          },
        }),
      });
    const first = join('first');
    await waitFor('the first to lead', async () => rounds.first > 0);
    const second = join('second');
    const subject = newId();
    for (let n = 0; n < 20; n++) await emitAbout(second, subject);
    await published(second);
    expect(rounds.second).toBe(0);

    // Whoever holds the lock loses it, again and again; each time somebody goes on.
    for (let n = 0; n < 3; n++) {
      const before = publications;
      await first.connection.sql`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'
        and database = (select oid from pg_database where datname = current_database()) and granted`;
      await emitAbout(first, subject);
      await published(first, 15_000);
      expect(publications).toBeGreaterThan(before);
    }
    await first.stop();
    await emitAbout(second, subject);
    await published(second);
    expect(rounds.second).toBeGreaterThan(0);
    expect(await sequencesInStream(second, subject)).toEqual(Array.from({ length: 24 }, (_, n) => n + 1));
    await second.stop();
  });
});

describe('a relay without a way to NATS (F06)', () => {
  it('does not lead: another one that has a way publishes', async () => {
    const database = await traffic.database();
    const cut = traffic.join({ service: 'deactivation', database });
    await emitAbout(cut, newId());
    await published(cut);
    const other = traffic.join({ service: 'deactivation', database });
    await cut.bus.close();
    await emitAbout(cut, newId());
    await published(other, 5_000);
  });

  it('loses its lead after some seconds in which it stands still', async () => {
    const database = await traffic.database();
    let goOn = (): void => undefined;
    const standing = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let asked = 0;
    const standsStill = traffic.join({
      service: 'deactivation',
      database,
      wrapSource: (source) => ({
        ...source,
        waiting: async (limit) => {
          if (++asked > 1) await standing;
          return source.waiting(limit);
        },
      }),
    });
    await waitFor('it to stand still', async () => asked > 1);
    const other = traffic.join({ service: 'deactivation', database });
    await emitAbout(other, newId());
    await published(other, 25_000);
    goOn();
    await emitAbout(standsStill, newId());
    await published(other);
  }, 40_000);
});

describe('a relay that sleeps in the midst of a batch', () => {
  it('and wakes when another one has taken over adds nothing to the stream and takes nothing back (F06)', async () => {
    const database = await traffic.database();
    let wake = (): void => undefined;
    const asleep = new Promise<void>((resolve) => {
      wake = resolve;
    });
    let taken = 0;
    const sleeper = traffic.join({
      service: 'deactivation',
      database,
      wrapSource: (source) => ({
        ...source,
        waiting: async (limit) => {
          const batch = await source.waiting(limit);
          if (taken === 0 && batch.length > 0) {
            taken = batch.length;
            await asleep;
          }
          return batch;
        },
      }),
    });
    const subject = newId();
    await emitAbout(sleeper, subject, subject, subject);
    await waitFor('the batch to be taken', async () => taken > 0);
    await sleeper.connection.sql`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'
      and database = (select oid from pg_database where datname = current_database()) and granted`;
    const next = traffic.join({ service: 'deactivation', database });
    await emitAbout(next, subject);
    await published(next, 15_000);
    wake();
    await emitAbout(sleeper, subject);
    await published(next, 15_000);
    await sleeper.stop();
    expect(await sequencesInStream(next, subject)).toEqual([1, 2, 3, 4, 5]);
    await next.stop();
  });
});

describe('a stop', () => {
  it('takes less than two seconds while NATS does not answer, and loses nothing', async () => {
    const database = await traffic.database();
    const party = traffic.join({ service: 'deactivation', database });
    await emitAbout(party, newId());
    await published(party);
    traffic.nats.freeze();
    const subject = newId();
    await emitAbout(party, subject);
    const startedAt = Date.now();
    await party.stop();
    expect(Date.now() - startedAt).toBeLessThan(2_000);
    traffic.nats.thaw();
    const next = traffic.join({ service: 'deactivation', database });
    await published(next, 15_000);
    expect(await sequencesInStream(next, subject)).toEqual([1]);
    await next.stop();
  });
});

const isLed = async ({ connection }: Party): Promise<boolean> => {
  const [row] = await connection.db.execute<{ led: boolean }>(sql`select exists (select from pg_locks
    where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())) as led`);
  return row?.led ?? false;
};
