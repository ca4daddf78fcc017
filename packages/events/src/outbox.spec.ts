import { connect } from '@rollcall/database/connect';
import { newId } from '@rollcall/service-kit/identity';
import { createTestDatabase, type TestDatabase } from '@rollcall/testing/test-database';
import type { Envelope } from '@rollcall/types/envelope';
import { userDeactivated } from '@rollcall/types/events/deactivation';
import { signUpRepeated } from '@rollcall/types/events/registration';
import { asc, eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emit, emitWith } from './outbox.ts';
import { outboxSource } from './outbox-source.ts';
import type { RelaySource } from './relay-source.ts';
import { effects, eventTables, schemaPlan } from './testing/spec-schema.ts';

/** Of each of fifty writers; ten thousand events in all with `npm run faults`. */
const rounds = Number(process.env.FAULTS_WRITES ?? 12);

let database: TestDatabase;
let connection: ReturnType<typeof connect>;
let source: RelaySource;
const { outbox } = eventTables;

beforeAll(async () => {
  database = await createTestDatabase(schemaPlan);
  connection = connect({ url: database.url, name: 'spec', max: 50 });
  source = outboxSource(connection, eventTables);
});

afterAll(async () => {
  await connection.close();
  await database.drop();
});

const data = { before: { status: 'active' }, after: { status: 'deactivated' }, by: 'self' } as const;
const cause = { actor: 'service:gateway', correlationId: 'a-request' };
const emitOne = (emit: Emit, subject: string) => emit(userDeactivated, { subject, data, cause });
const about = (subject: string) =>
  connection.db.select().from(outbox).where(eq(outbox.subject, subject)).orderBy(asc(outbox.position));

describe('an event', () => {
  it('commits with the state it tells of', async () => {
    const subject = newId();
    const event = await connection.db.transaction(async (tx) => {
      await tx.insert(effects).values({ eventId: newId(), subject, sequence: 1 });
      return emitOne(emitWith(tx, eventTables), subject);
    });
    expect(await about(subject)).toMatchObject([{ eventId: event.id, subjectSequence: 1, publishedAt: null }]);
    expect(await connection.db.select().from(effects).where(eq(effects.subject, subject))).toHaveLength(1);
  });

  it('is one of several that follow each other, after those that were there before', async () => {
    const subject = newId();
    await connection.db.transaction(async (tx) => {
      const emit = emitWith(tx, eventTables);
      await emitOne(emit, subject);
      await emit.several(userDeactivated, { subject, cause }, Array(2_500).fill(data));
      await emit.several(userDeactivated, { subject, cause }, []);
      await emitOne(emit, subject);
    });
    const rows = await about(subject);
    expect(rows.map(({ subjectSequence }) => subjectSequence)).toEqual(Array.from({ length: 2_502 }, (_, n) => n + 1));
    expect(rows.every(({ subjectSequence, envelope }) => envelope.subjectsequence === subjectSequence)).toBe(true);
    // What waits to be published is the others'.
    await connection.db.delete(outbox).where(eq(outbox.subject, subject));
  });

  it('is not there when its transaction was not to be, nor is the sequence it took', async () => {
    const subject = newId();
    const rolledBack = connection.db.transaction(async (tx) => {
      await emitOne(emitWith(tx, eventTables), subject);
      throw new Error('never mind');
    });
    await expect(rolledBack).rejects.toThrow('never mind');
    expect(await about(subject)).toEqual([]);
    await connection.db.transaction((tx) => emitOne(emitWith(tx, eventTables), subject));
    expect(await about(subject)).toMatchObject([{ subjectSequence: 1 }]);
  });

  it('that does not fit the catalogue undoes its transaction', async () => {
    const subject = newId();
    const wrong = connection.db.transaction(async (tx) => {
      await tx.insert(effects).values({ eventId: newId(), subject, sequence: 1 });
      const odd = { ...data, by: 'nobody' as 'self' };
      await emitWith(tx, eventTables)(userDeactivated, { subject, data: odd, cause });
    });
    await expect(wrong).rejects.toThrow();
    expect(await connection.db.select().from(effects).where(eq(effects.subject, subject))).toEqual([]);
  });

  it('carries personal values only as a sealed block', async () => {
    const open = connection.db.transaction((tx) =>
      emitWith(tx, eventTables)(signUpRepeated, {
        subject: newId(),
        data: {},
        personal: JSON.stringify({ email: 'ada@example.com' }),
        cause,
      }),
    );
    await expect(open).rejects.toThrow();
  });
});

describe('a writer that commits late', () => {
  it('is published although later positions were published before it (F01)', async () => {
    const [late, early] = [newId(), newId()];
    let commit = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      commit = resolve;
    });
    let inserted = (): void => undefined;
    const isInserted = new Promise<void>((resolve) => {
      inserted = resolve;
    });
    const slow = connection.db.transaction(async (tx) => {
      await emitOne(emitWith(tx, eventTables), late);
      inserted();
      await held;
    });
    await isInserted;
    await connection.db.transaction((tx) => emitOne(emitWith(tx, eventTables), early));
    const first = await takeAll();
    expect(first.map(({ subject }) => subject)).toContain(early);
    commit();
    await slow;
    expect((await takeAll()).map(({ subject }) => subject)).toEqual([late]);
  });

  it(
    'and forty-nine others, one in three giving up, leave every subject whole and in order (F01, F04)',
    async () => {
      const subjects = Array.from({ length: 20 }, () => newId());
      const taken: Envelope[] = [];
      let writing = true;
      const relay = (async () => {
        while (writing) taken.push(...(await takeAll()));
        taken.push(...(await takeAll()));
      })();
      let committed = 0;
      const writers = Array.from({ length: 50 }, async (_, writer) => {
        for (let round = 0; round < rounds; round++) {
          const subject = subjects[(writer * 7 + round) % subjects.length] ?? '';
          const givesUp = (writer + round) % 3 === 0;
          const written = await connection.db
            .transaction(async (tx) => {
              await emitOne(emitWith(tx, eventTables), subject);
              // Held open for a while, so that commits come in another order than positions.
              await tx.execute(sql`select pg_sleep(random() * 0.02)`);
              if (givesUp) throw new Error('rolled back');
            })
            .then(
              () => 1,
              () => 0,
            );
          committed += written;
        }
      });
      await Promise.all(writers);
      writing = false;
      await relay;
      expect(committed).toBeGreaterThan(50 * rounds * 0.6);
      expect(taken).toHaveLength(committed);
      for (const subject of subjects) {
        const sequences = taken.filter((event) => event.subject === subject).map((event) => event.subjectsequence);
        expect(sequences).toEqual(sequences.map((_, index) => index + 1));
      }
    },
    30_000 + rounds * 1_000,
  );
});

describe('the mark "published"', () => {
  it('of a relay that slept while the event was found lost does not count (F06)', async () => {
    const subject = newId();
    await connection.db.transaction((tx) => emitOne(emitWith(tx, eventTables), subject));
    const [asleep] = await source.waiting(10);
    if (!asleep) throw new Error('nothing waits');
    await source.published([{ waiting: asleep, streamSequence: 7_000 }]);
    await source.lostFrom(7_000);
    await source.published([{ waiting: asleep, streamSequence: 7_000 }]);
    const [again] = await source.waiting(10);
    expect(again?.envelope.id).toBe(asleep.envelope.id);
    expect(again?.messageId).not.toBe(asleep.messageId);
    await takeAll();
  });
});

let streamSequence = 0;

/** What a relay does, but for the road. */
const takeAll = async (): Promise<Envelope[]> => {
  const batch = await source.waiting(256);
  await source.published(batch.map((waiting) => ({ waiting, streamSequence: ++streamSequence })));
  return batch.map(({ envelope }) => envelope);
};
