import { newId } from '@rollcall/service-kit/identity';
import { waitFor } from '@rollcall/testing/wait-for';
import type { Envelope } from '@rollcall/types/envelope';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventTables } from './testing/spec-schema.ts';
import {
  handmade,
  type Party,
  parkedBy,
  put,
  reached,
  recording,
  sequencesOf,
  startTraffic,
  type Traffic,
} from './testing/traffic.ts';

let traffic: Traffic;
beforeEach(async () => {
  traffic = await startTraffic();
});
afterEach(() => traffic.end());

const joinOn = (database: Awaited<ReturnType<Traffic['database']>>): Party =>
  traffic.join({ service: 'activity-log', database, reactions: recording() });

/** What an older version, which did not know the first of these, has left behind. */
const parkedByOlderVersion = async (party: Party, events: readonly Envelope[], reason: string): Promise<void> => {
  const { inbox, parkedEvents } = eventTables;
  const rows = events.map((envelope, index) => ({
    eventId: envelope.id,
    source: envelope.source,
    subject: envelope.subject,
    subjectSequence: envelope.subjectsequence,
    type: envelope.type,
    envelope,
    reason: index === 0 ? reason : 'waits behind a parked event',
  }));
  // At once: the party looks for what it can take up.
  await party.connection.db.transaction(async (tx) => {
    await tx.insert(parkedEvents).values(rows);
    for (const { source, subject, subjectsequence } of events.slice(-1)) {
      await tx.insert(inbox).values({ source, subject, lastSequence: subjectsequence });
    }
  });
};

describe('while versions are mixed (F42)', () => {
  it('an event of a newer version, which says more, is applied by the older one', async () => {
    const party = joinOn(await traffic.database());
    const event = handmade('ada', 1);
    const more = { ...event.data, since: 'a newer version', after: { ...(event.data.after as object), by: 'a clock' } };
    await put(party, { ...event, data: more, tenant: 'a newer word' }, handmade('ada', 2));
    await reached(party, 'ada', 2);
    expect(await sequencesOf(party, 'ada')).toEqual([1, 2]);
    expect(await parkedBy(party)).toEqual([]);
  });

  it.each(['unknown type', 'data does not fit the catalogue'])(
    'what the older one parked for "%s" the newer one takes up by itself, with all that waits behind it',
    async (reason) => {
      const database = await traffic.database();
      const older = joinOn(database);
      const subject = newId();
      const events = [1, 2, 3].map((sequence) => handmade(subject, sequence));
      await parkedByOlderVersion(older, events, reason);
      await older.stop();
      const newer = joinOn(database);
      await waitFor('nothing to be parked', async () => (await parkedBy(newer)).length === 0);
      await put(newer, handmade(subject, 4));
      await reached(newer, subject, 4);
      expect(await sequencesOf(newer, subject)).toEqual([1, 2, 3, 4]);
    },
  );

  it('what it knows is found behind however much that it does not know', async () => {
    const database = await traffic.database();
    const older = joinOn(database);
    for (let n = 0; n < 150; n++) {
      await parkedByOlderVersion(older, [handmade(newId(), 1, { type: 'user.dissolved' })], 'unknown type');
    }
    const known = handmade(newId(), 1);
    await parkedByOlderVersion(older, [known], 'unknown type');
    await older.stop();
    const newer = joinOn(database);
    await waitFor('it to be taken up', async () => (await sequencesOf(newer, known.subject)).length === 1);
    expect(await parkedBy(newer)).toHaveLength(150);
  });

  it('what this one does not know either stays parked, and so does what failed', async () => {
    const database = await traffic.database();
    const party = joinOn(database);
    await put(party, handmade('ada', 1, { type: 'user.dissolved' }), handmade('ada', 2));
    await parkedByOlderVersion(party, [handmade('grace', 1)], 'TypeError');
    await reached(party, 'ada', 2);
    await party.stop();
    const again = joinOn(database);
    await put(again, handmade('alan', 1));
    await reached(again, 'alan', 1);
    expect((await parkedBy(again)).map(({ subject, reason }) => [subject, reason])).toEqual(
      expect.arrayContaining([
        ['ada', 'unknown type'],
        ['ada', 'waits behind a parked event'],
        ['grace', 'TypeError'],
      ]),
    );
  });
});
