import { randomBytes } from 'node:crypto';
import { connect } from '@rollcall/database/connect';
import { beforeFirst } from '@rollcall/event-store/log';
import type { RelaySource, Waiting } from '@rollcall/events/relay-source';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { openLogDatabase } from '../testing/log-database.ts';
import { logSource } from './log-source.ts';
import { postgresLog } from './postgres-log.ts';

const database = await openLogDatabase();
const connection = connect({ url: database.url, name: 'spec' });
afterAll(async () => {
  await connection.close();
  await database.drop();
});

const unreadable: number[] = [];
const opened = (): RelaySource => logSource(connection, (_, { position }) => unreadable.push(position));
let source: RelaySource;

beforeEach(async () => {
  await database.empty();
  await database.owner`truncate role_permission.relay_checkpoints, role_permission.relay_losses,
    role_permission.relay_requests`;
  unreadable.length = 0;
  source = opened();
});

const uuid = (): string => {
  const digits = randomBytes(16).toString('hex');
  return `019a6e0c-1b2c-7${digits.slice(0, 3)}-8${digits.slice(3, 6)}-${digits.slice(6, 18)}`;
};

/** Appends so many events, about one subject unless each is to have its own. */
const append = async (count: number, { subject = 'reports.read', actor = 'service:spec' } = {}) => {
  const log = postgresLog(database.owner, 'core');
  const { epoch, entries: before } = await log.read(1, 1_000);
  const last = before.at(-1);
  const known = before.filter(({ event }) => event.subject === subject).length;
  const proposed = Array.from({ length: count }, (_, n) => ({
    id: uuid(),
    commandId: uuid(),
    index: 0,
    event: {
      type: 'permission.described',
      subject,
      subjectSequence: known + n + 1,
      data: { name: subject, before: `${n}`, after: `${n + 1}` },
      cause: { actor, correlationId: 'spec' },
    } as const,
  }));
  const head = last ? { position: last.position, id: last.id } : beforeFirst;
  await log.append({ epoch, head, headAt: last?.at ?? 0, proposed });
  return proposed.map(({ id }) => id);
};

/** The stream takes what waits, from a sequence on, but for what `loses` names by its place. */
const publish = async (
  from: number,
  { by = source, loses = [] as readonly number[], repeats = new Map<number, number>() } = {},
): Promise<readonly Waiting[]> => {
  const waiting = await by.waiting(256);
  const taken = waiting.map((one, n) => ({ waiting: one, streamSequence: repeats.get(n) ?? from + n }));
  await by.published(taken.filter((_, n) => !loses.includes(n)));
  return waiting;
};
const messageIds = (waiting: readonly Waiting[]): string[] => waiting.map(({ messageId }) => messageId);
const positions = (waiting: readonly Waiting[]): unknown[] => waiting.map(({ envelope }) => envelope.data.revision);

describe('what waits', () => {
  it('is the log in its order, each event under its own id, until the stream has it', async () => {
    const ids = await append(3);
    expect(messageIds(await publish(10))).toEqual(ids);
    expect(await source.waiting(256)).toEqual([]);
    const more = await append(1);
    expect(messageIds(await source.waiting(256))).toEqual(more);
  });

  it('is at most as many as asked for', async () => {
    await append(5);
    expect(positions(await source.waiting(2))).toEqual([1, 2]);
  });

  it('tells consumers where the event stands in the log, and of which command it is', async () => {
    await append(1);
    const [waiting] = await source.waiting(1);
    expect(waiting?.envelope).toMatchObject({
      source: 'rollcall/role-permission',
      type: 'permission.described',
      subject: 'reports.read',
      subjectsequence: 1,
      actor: 'service:spec',
      data: { revision: 1, index: 0, before: '0', after: '1' },
    });
  });

  it('goes on behind an event that no consumer can read, and says so', async () => {
    await append(1);
    await append(1, { actor: '' });
    await append(1);
    expect(positions(await publish(10))).toEqual([1, 2, 3]);
    expect(unreadable).toEqual([2]);
    expect(await source.waiting(256)).toEqual([]);
  });
});

describe('a batch of which the stream took only a part', () => {
  it('waits again from the first that is missing, under the same ids', async () => {
    const ids = await append(5);
    await publish(10, { loses: [2] });
    expect(messageIds(await source.waiting(256))).toEqual(ids.slice(2));
  });

  it('waits as a whole when the first is missing', async () => {
    const ids = await append(3);
    await publish(10, { loses: [0] });
    expect(messageIds(await source.waiting(256))).toEqual(ids);
  });

  it('is found lost by the event that came last, though it is not the last of the log', async () => {
    const ids = await append(4);
    await publish(10, { loses: [1] });
    // 2 is new at 30; 3 and 4 stand at 12 and 13 already.
    await publish(30, {
      repeats: new Map([
        [1, 12],
        [2, 13],
      ]),
    });
    expect(await source.remembered(1_000)).toMatchObject({ eventId: ids[1], streamSequence: 30 });
    expect(await source.lostFrom(20)).toBe(3);
    expect(positions(await source.waiting(256))).toEqual([2, 3, 4]);
  });
});

describe('what the stream lost', () => {
  it('waits again from the batch on that it touches, and says how much that is', async () => {
    for (let batch = 0; batch < 3; batch++) {
      await append(2);
      await publish(10 + 2 * batch);
    }
    expect(await source.lostFrom(13)).toBe(4);
    expect(positions(await source.waiting(256))).toEqual([3, 4, 5, 6]);
    expect(await source.lostFrom(13)).toBe(0);
  });

  it('waits under ids that JetStream has not had, the same after a restart and on every replica', async () => {
    const ids = await append(2);
    await publish(10);
    await source.lostFrom(1);
    const later = await append(1);
    const waiting = messageIds(await source.waiting(256));
    expect(waiting).toEqual([...ids.map((id) => expect.stringMatching(new RegExp(`^${id}:\\d+$`))), ...later]);
    expect(messageIds(await opened().waiting(256))).toEqual(waiting);
    // Part of it published by a relay that then died.
    await publish(1, { loses: [1] });
    expect(messageIds(await opened().waiting(256))).toEqual(waiting.slice(1));
  });

  it('waits under other ids again when it is lost again', async () => {
    await append(1);
    await publish(10);
    await source.lostFrom(1);
    const once = messageIds(await publish(5));
    await source.lostFrom(1);
    expect(messageIds(await source.waiting(256))).not.toEqual(once);
  });

  it('goes back over a later batch of repeats that stands before it', async () => {
    await append(2);
    await publish(30);
    await append(1);
    await publish(12);
    expect(await source.lostFrom(20)).toBe(3);
    expect(positions(await source.waiting(256))).toEqual([1, 2, 3]);
  });

  it('is not covered by the batch that was on its way when the loss was found', async () => {
    await append(2);
    await publish(30);
    await append(1);
    const waiting = await source.waiting(256);
    await source.lostFrom(20);
    await source.published(waiting.map((one) => ({ waiting: one, streamSequence: 20 })));
    expect(positions(await source.waiting(256))).toEqual([1, 2, 3]);
  });
});

describe('two relays at once', () => {
  it('publish under the same ids, and the slower one takes nothing back (F06)', async () => {
    await append(2);
    const slow = opened();
    const before = await slow.waiting(256);
    expect(messageIds(await publish(10))).toEqual(messageIds(before));
    await append(2);
    await publish(12);
    await slow.published(before.map((waiting, n) => ({ waiting, streamSequence: 10 + n })));
    expect(await source.waiting(256)).toEqual([]);
  });
});

describe('a relay that was asleep', () => {
  it('does not mark as published what was found lost meanwhile (F06)', async () => {
    const asleep = opened();
    await append(2);
    const before = await asleep.waiting(256);
    await publish(10);
    await source.lostFrom(1);
    await asleep.published(before.map((waiting, n) => ({ waiting, streamSequence: 10 + n })));
    expect(positions(await source.waiting(256))).toEqual([1, 2]);
  });
});

describe('what a consumer misses', () => {
  it('goes out again once, of its subject alone, by whichever replica relays', async () => {
    await append(2, { subject: 'a' });
    const ids = await append(3, { subject: 'b' });
    await publish(10);
    expect(await source.again('b', 2)).toBe(2);
    const replica = opened();
    const again = await publish(20, { by: replica });
    expect(again.map(({ envelope }) => envelope.id)).toEqual(ids.slice(1));
    for (const { messageId, envelope } of again) expect(messageId).not.toBe(envelope.id);
    expect(await replica.waiting(256)).toEqual([]);
  });

  it('goes on after what was taken, under the same ids', async () => {
    await append(4);
    await publish(10);
    await source.again('reports.read', 1);
    const again = messageIds(await publish(20, { loses: [2] }));
    expect(messageIds(await opened().waiting(256))).toEqual(again.slice(2));
  });

  it('goes out under other ids when it is asked for again', async () => {
    await append(1);
    await publish(10);
    await source.again('reports.read', 1);
    const once = messageIds(await publish(20));
    await source.again('reports.read', 1);
    expect(messageIds(await source.waiting(256))).not.toEqual(once);
  });

  it('is nothing for a subject without events, and nothing that goes out anyway', async () => {
    expect(await source.again('nobody', 1)).toBe(0);
    const ids = await append(1);
    expect(await source.again('reports.read', 1)).toBe(1);
    expect(messageIds(await publish(10))).toEqual(ids);
    expect(await source.waiting(256)).toEqual([]);
  });
});
