import { readFileSync } from 'node:fs';
import { beforeFirst, type Proposed } from '@rollcall/event-store/log';
import type postgres from 'postgres';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { AccessEvent, AccessFact } from '../domain/events.ts';
import { ada, ben } from '../domain/scenario.ts';
import { openLogDatabase } from '../testing/log-database.ts';
import { edgeQueries } from './edge-queries.ts';
import { eventIdOf } from './event-id.ts';
import { logQueries } from './log-queries.ts';
import { postgresLog } from './postgres-log.ts';

const database = await openLogDatabase();
const { owner } = database;
afterAll(() => database.drop());
beforeEach(() => database.empty());

const soon = '2126-01-01T00:00:00.000Z';
const granted = (subject: typeof ada, permission: string, before: string | null | undefined, after: string | null) =>
  ({
    type: 'permission.granted',
    subject,
    data: { permission, before: before === undefined ? null : { validUntil: before }, after: { validUntil: after } },
  }) satisfies AccessFact;
const revoked = (subject: typeof ada, permission: string, before: string | null) =>
  ({
    type: 'permission.revoked',
    subject,
    data: { permission, before: { validUntil: before }, after: null },
  }) satisfies AccessFact;
const described = { type: 'permission.described', subject: 'x', data: { name: 'x', before: 'a', after: 'b' } } as const;

const commandIdOf = (n: number): string => `0190b0a0-0000-7000-8000-${String(n).padStart(12, '0')}`;

/** Appends each list as one batch; in it, each inner list as one command. */
const append = async (pool: postgres.Sql, ...batches: readonly (readonly (readonly AccessFact[])[])[]) => {
  const log = postgresLog(pool, 'core');
  let { epoch, entries } = await log.read(1, 1_000);
  let commands = new Set(entries.map(({ commandId }) => commandId)).size;
  for (const batch of batches) {
    const last = entries.at(-1);
    const proposed = batch.flatMap((facts): Proposed<AccessEvent>[] => {
      const commandId = commandIdOf(++commands);
      return facts.map((fact, index) => ({
        id: eventIdOf(commandId, index),
        commandId,
        index,
        event: { ...fact, subjectSequence: 1, cause: { actor: 'service:spec', correlationId: 'spec' } },
      }));
    });
    const head = last ? { position: last.position, id: last.id } : beforeFirst;
    expect(await log.append({ epoch, head, headAt: last?.at ?? 0, proposed })).toMatchObject({ status: 'appended' });
    ({ epoch, entries } = await log.read(1, 1_000));
  }
};

const edges = edgeQueries(owner, 'core');
const held = async (position: number, subject = `user:${ada}`) =>
  (await edges.ofSubjects([subject], { from: position, to: position })).map(({ object, validUntil }) => [
    object,
    validUntil,
  ]);

describe('the graph of rights in the past', () => {
  it('has an edge from the position that gave it to before the one that took it', async () => {
    await append(owner, [[granted(ada, 'x', undefined, null)]], [[described]], [[revoked(ada, 'x', null)]]);
    expect(await Promise.all([0, 1, 2, 3, 9].map((position) => held(position)))).toEqual([
      [],
      [['permission:x', null]],
      [['permission:x', null]],
      [],
      [],
    ]);
  });

  it.each([
    [
      'batches of their own',
      [
        [[granted(ada, 'x', undefined, null)]],
        [[granted(ada, 'x', null, soon)]],
        [[revoked(ada, 'x', soon)]],
        [[granted(ada, 'x', undefined, soon)]],
      ],
    ],
    [
      'one batch',
      [
        [
          [granted(ada, 'x', undefined, null)],
          [granted(ada, 'x', null, soon)],
          [revoked(ada, 'x', soon)],
          [granted(ada, 'x', undefined, soon)],
        ],
      ],
    ],
    [
      'one command',
      [
        [
          [
            granted(ada, 'x', undefined, null),
            granted(ada, 'x', null, soon),
            revoked(ada, 'x', soon),
            granted(ada, 'x', undefined, soon),
          ],
        ],
      ],
    ],
  ])('is the same whether its edges begin and end in %s', async (_, batches) => {
    await append(owner, ...batches);
    expect(await Promise.all([0, 1, 2, 3, 4].map((position) => held(position)))).toEqual([
      [],
      [['permission:x', null]],
      [['permission:x', soon]],
      [],
      [['permission:x', soon]],
    ]);
  });

  it('is found from either end, and of its own stream alone', async () => {
    await append(
      owner,
      [[granted(ada, 'x', undefined, null), granted(ben, 'x', undefined, null)]],
      [[revoked(ben, 'x', null)]],
    );
    const both = await edges.ofObjects(['permission:x', 'permission:y'], { from: 2, to: 2 });
    expect(both.map(({ subject }) => subject)).toEqual([`user:${ada}`, `user:${ben}`]);
    expect(await edges.ofObjects(['permission:x'], { from: 3, to: 3 })).toEqual([
      { object: 'permission:x', relation: 'holder', subject: `user:${ada}`, validUntil: null, from: 1, to: null },
    ]);
    expect(await edgeQueries(owner, 'other').ofObjects(['permission:x'], { from: 3, to: 3 })).toEqual([]);
  });

  it('is not touched by a batch that the log does not take', async () => {
    await append(owner, [[granted(ada, 'x', undefined, null)]]);
    const proposed = [
      {
        id: commandIdOf(9),
        commandId: commandIdOf(9),
        index: 0,
        event: {
          ...revoked(ada, 'x', null),
          subjectSequence: 2,
          cause: { actor: 'service:spec', correlationId: 'spec' },
        },
      },
    ];
    const log = postgresLog(owner, 'core');
    expect(await log.append({ epoch: 1, head: beforeFirst, headAt: 0, proposed })).toEqual({ status: 'conflict' });
    expect(await log.append({ epoch: 1, head: { position: 1, id: commandIdOf(9) }, headAt: 0, proposed })).toEqual({
      status: 'lost',
    });
    expect(await held(5)).toEqual([['permission:x', null]]);
  });

  it('is written with the rights of the service, which can end an edge and do nothing else to it', async () => {
    const pool = database.pool(1);
    await append(pool, [[granted(ada, 'x', undefined, null)]], [[revoked(ada, 'x', null)]]);
    expect(await held(2)).toEqual([]);
    for (const statement of [
      'delete from role_permission.edges',
      "update role_permission.edges set subject = 'user:mallory'",
      'update role_permission.edges set from_position = 1',
      'update role_permission.edges set valid_until = null',
      "update role_permission.events set keys = '{}'",
    ]) {
      await expect(pool.unsafe(statement)).rejects.toMatchObject({ code: '42501' });
    }
  });
});

describe('a log from before there were edges and keys', () => {
  const migration = readFileSync(new URL('migrations/0002_edges_and_epochs.sql', import.meta.url), 'utf8');
  const fills = migration.split('--> statement-breakpoint').filter((text) => /^\s*(INSERT|UPDATE)/.test(text));

  it('gets the same as if they had been written with its events', async () => {
    await append(
      owner,
      [[granted(ada, 'x', undefined, soon), granted(ben, 'x', undefined, null)], [described]],
      [[granted(ada, 'x', soon, null)], [revoked(ben, 'x', null)]],
      [[granted(ben, 'x', undefined, null), revoked(ada, 'x', null), granted(ada, 'y', undefined, null)]],
    );
    const all = () =>
      Promise.all([
        owner`select * from role_permission.edges order by object, subject, from_position`,
        owner`select position, keys from role_permission.events order by position`,
        owner`select stream, epoch from role_permission.streams`,
      ]).then((tables) => tables.map((rows) => [...rows]));
    const before = await all();
    await owner`truncate role_permission.edges, role_permission.streams`;
    await owner`update role_permission.events set keys = '{}'`;
    expect(fills).toHaveLength(3);
    for (const fill of fills) await owner.unsafe(fill);
    expect(await all()).toEqual(before);
  });
});

describe('questions to the log', () => {
  const queries = logQueries(owner, 'core');
  const key = (subject: string, permission: string): string => `permission:${permission}#holder@user:${subject}`;

  it('find what touched the same keys after a position', async () => {
    await append(
      owner,
      [[granted(ada, 'x', undefined, null)], [granted(ben, 'x', undefined, null)]],
      [[described]],
      [[revoked(ada, 'x', null)]],
    );
    const found = async (position: number, keys: readonly string[], log = queries) =>
      (await log.commandsTouching(position, { written: keys, needed: [] }, 10)).map(({ first }) => first).sort();
    expect(await found(0, [key(ada, 'x')])).toEqual([1, 4]);
    expect(await found(1, [key(ada, 'x'), key(ben, 'x')])).toEqual([2, 4]);
    expect(await found(4, [key(ada, 'x')])).toEqual([]);
    expect(await found(0, [])).toEqual([]);
    expect(await found(0, [key(ada, 'x')], logQueries(owner, 'other'))).toEqual([]);
    const keys = { written: [key(ada, 'x'), key(ben, 'x')], needed: [] };
    expect(await queries.commandsTouching(0, keys, 2)).toHaveLength(2);
  });

  it('find what brought a thing about or ended it, and not what only concerns it', async () => {
    const name = { name: 'x', description: 'May x' };
    const created: AccessFact = { type: 'permission.created', subject: 'x', data: name };
    const deleted: AccessFact = { type: 'permission.deleted', subject: 'x', data: name };
    await append(owner, [[created], [granted(ada, 'x', undefined, null)], [described, deleted]]);
    const found = await queries.commandsTouching(0, { written: [], needed: ['permission:x'] }, 10);
    expect(found.map(({ first }) => first).sort()).toEqual([1, 3]);
  });

  it('find all events of several commands, and no others', async () => {
    await append(owner, [[described], [described, described, described], [described]], [[described, described]]);
    const commands = [
      { commandId: commandIdOf(2), first: 2 },
      { commandId: commandIdOf(4), first: 6 },
    ];
    const found = await queries.ofCommands(commands, 10);
    expect(found.map(({ position }) => position).sort()).toEqual([2, 3, 4, 6, 7]);
    expect(await queries.ofCommands([], 10)).toEqual([]);
    expect(await queries.ofCommands(commands, 2)).toHaveLength(2);
  });

  it('find the events of one command, all of them and no others', async () => {
    await append(owner, [[described], [described, described, described], [described]], [[described, described]]);
    const found = async (n: number) => (await queries.ofCommand(commandIdOf(n))).map(({ position }) => position);
    expect(await Promise.all([1, 2, 3, 4, 5].map(found))).toEqual([[1], [2, 3, 4], [5], [6, 7], []]);
  });

  it('find the position of any instant', async () => {
    await append(owner, ...Array.from({ length: 7 }, () => [[described]]));
    // Two of the same time, and the clock of a database has milliseconds.
    for (const [position, at] of [1_000, 1_001, 1_001, 1_500, 9_000, 9_000, 9_001].entries()) {
      await owner`update role_permission.events set at = to_timestamp(${at / 1_000}::double precision)
        where position = ${position + 1}`;
    }
    const instants = [0, 999, 1_000, 1_001, 1_002, 1_500, 8_999, 9_000, 9_001, 99_999];
    expect(await Promise.all(instants.map((instant) => queries.positionAt(instant)))).toEqual([
      0, 0, 1, 3, 3, 4, 4, 6, 7, 7,
    ]);
    expect(await logQueries(owner, 'other').positionAt(5_000)).toBe(0);
  });
});
