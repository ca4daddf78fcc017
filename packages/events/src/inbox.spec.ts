import { connect } from '@rollcall/database/connect';
import { createLogger } from '@rollcall/service-kit/logging';
import { createTestDatabase, type TestDatabase } from '@rollcall/testing/test-database';
import type { Envelope } from '@rollcall/types/envelope';
import { asc } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { applyBatch, lastSequence, type Outcome, parkPoisoned, setAside } from './inbox.ts';
import { takeIn } from './intake.ts';
import { PersonalData } from './personal-data.ts';
import { retryParked } from './retry-parked.ts';
import { effects, eventTables, schemaPlan } from './testing/spec-schema.ts';
import { handmade, recording } from './testing/traffic.ts';

const source = 'rollcall/deactivation';
const reactions = recording();
const byType = new Map(reactions.deactivation.map((reaction) => [reaction.definition.type, reaction]));
const personal = new PersonalData(async () => undefined);
const log = createLogger('host', 'silent');
let database: TestDatabase;
let connection: ReturnType<typeof connect>;

beforeAll(async () => {
  database = await createTestDatabase(schemaPlan);
  connection = connect({ url: database.url, name: 'spec' });
});
afterAll(async () => {
  await connection.close();
  await database.drop();
});
beforeEach(async () => {
  for (const table of [effects, eventTables.inbox, eventTables.parkedEvents]) await connection.db.delete(table);
});

const arrive = async (...events: readonly Envelope[]): Promise<Outcome[]> => {
  const taken = await Promise.all(events.map((event) => takeIn(event, byType, personal)));
  return applyBatch(connection.db, eventTables, source, taken);
};
const applied = async (): Promise<number[]> =>
  (await connection.db.select().from(effects).orderBy(asc(effects.position))).map(({ sequence }) => sequence);
const reachedOf = (subject: string) => lastSequence(connection.db, eventTables, source, subject);
const retry = () => retryParked({ connection, tables: eventTables, personal, reactions, log }, source, 'ada');
const ada = (sequence: number) => handmade('ada', sequence);

describe('an event whose predecessor never came', () => {
  it('is set aside without being taken for done', async () => {
    await arrive(ada(1));
    expect(await setAside(connection.db, eventTables, ada(3))).toBe('parked');
    expect(await reachedOf('ada')).toBe(1);
    expect(await retry()).toEqual({ applied: 0, left: 1 });
    expect(await applied()).toEqual([1]);
  });

  it('is applied after it by a retry, should it come after all, and the subject goes on', async () => {
    await arrive(ada(1));
    const third = ada(3);
    await setAside(connection.db, eventTables, third);
    expect(await arrive(ada(2))).toEqual(['parked']);
    expect(await retry()).toEqual({ applied: 2, left: 0 });
    expect(await reachedOf('ada')).toBe(3);
    expect(await arrive(third, ada(4))).toEqual(['repeated', 'applied']);
    expect(await applied()).toEqual([1, 2, 3, 4]);
  });

  it('is not set aside once it is its turn, or was', async () => {
    await arrive(ada(1));
    expect(await setAside(connection.db, eventTables, ada(2))).toBe('held');
    expect(await setAside(connection.db, eventTables, ada(1))).toBe('repeated');
  });
});

describe('an event that kept failing here', () => {
  it('is not parked when another replica applied it meanwhile, or when its turn has not come', async () => {
    await arrive(ada(1));
    expect(await parkPoisoned(connection.db, eventTables, ada(1), 'poison')).toBe('repeated');
    expect(await parkPoisoned(connection.db, eventTables, ada(3), 'poison')).toBe('held');
    expect(await reachedOf('ada')).toBe(1);
  });
});

describe('a batch', () => {
  it('applies each event as the next of its subject, whatever stands around it', async () => {
    const events = [ada(2), ada(1), ada(2), handmade('grace', 1), ada(4), ada(3)];
    expect(await arrive(...events)).toEqual(['held', 'applied', 'applied', 'applied', 'held', 'applied']);
  });

  it('taken by two replicas at once has its effects once (F20)', async () => {
    const events = Array.from({ length: 30 }, (_, n) => ada(n + 1));
    await Promise.all([arrive(...events), arrive(...events), arrive(...[...events].reverse())]);
    await arrive(...events);
    expect(await applied()).toEqual(Array.from({ length: 30 }, (_, n) => n + 1));
  });
});
