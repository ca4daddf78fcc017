import { newId } from '@rollcall/service-kit/identity';
import type { ServiceClient } from '@rollcall/service-kit/service-client';
import type { Envelope } from '@rollcall/types/envelope';
import type { Route } from '@rollcall/types/route-definition';
import { and, eq, lte } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { outboxSource } from './outbox-source.ts';
import { restoring } from './reaction.ts';
import { eventTables } from './testing/spec-schema.ts';
import {
  effectsOf,
  emitAbout,
  type Party,
  published,
  reached,
  recording,
  startTraffic,
  type Traffic,
} from './testing/traffic.ts';

let traffic: Traffic;
let source: Party;

beforeEach(async () => {
  traffic = await startTraffic();
  source = traffic.join({ service: 'deactivation', database: await traffic.database() });
});
afterEach(() => traffic.end());

/** What the source tells of its subjects: of each its last event. */
const tells = (standing: readonly Envelope[], firstKept: number | null): ServiceClient => ({
  // The two routes that a consumer asks, answered as they are declared.
  call: async (route: Route, { query }: { query?: Readonly<Record<string, string>> }) =>
    (route.operationId === 'readSnapshot'
      ? {
          status: 200,
          body: { items: standing.filter(({ subject }) => !query?.subject || query.subject === subject), next: null },
        }
      : { status: 200, body: { events: 0, firstKept } }) as never,
});

const joinConsumer = async (client: ServiceClient, restores: boolean): Promise<Party> => {
  const reactions = recording();
  const deactivation = reactions.deactivation?.map((reaction) => (restores ? restoring(reaction) : reaction)) ?? [];
  return traffic.join({
    service: 'activity-log',
    database: await traffic.database(),
    reactions: { deactivation },
    client,
  });
};

/** As after the time for which events are kept: neither outbox nor stream have them. */
const forgetUpTo = async (party: Party, subject: string, sequence: number): Promise<void> => {
  const { outbox } = eventTables;
  await party.connection.db
    .delete(outbox)
    .where(and(eq(outbox.subject, subject), lte(outbox.subjectSequence, sequence)));
  const manager = await party.bus.manager();
  await manager.streams.purge('ROLLCALL');
};

describe('a consumer that comes after events have had their time', () => {
  it('begins with what stands, once, and goes on with what happens', async () => {
    const [old, other] = [newId(), newId()];
    const events = await emitAbout(source, old, old, other);
    await published(source);
    await forgetUpTo(source, old, 2);
    const standing = events.slice(1);
    const party = await joinConsumer(tells(standing, null), true);
    await reached(party, old, 2);
    await reached(party, other, 1);
    await emitAbout(source, old);
    await reached(party, old, 3);
    expect((await effectsOf(party)).length).toBe(3);
  });

  it('passes over what nobody has any more, if it keeps no facts', async () => {
    const subject = newId();
    await emitAbout(source, subject, subject, subject);
    await published(source);
    await forgetUpTo(source, subject, 3);
    const party = await joinConsumer(tells([], 4), false);
    await emitAbout(source, subject);
    await reached(party, subject, 4);
    expect((await effectsOf(party)).length).toBe(1);
  });

  it('is told the first event that its source still has', async () => {
    const subject = newId();
    await emitAbout(source, subject, subject, subject);
    await published(source);
    const kept = outboxSource(source.connection, eventTables);
    const first = () => kept.firstKept(subject);
    expect(await first()).toBe(1);
    await forgetUpTo(source, subject, 2);
    expect(await first()).toBe(3);
    await forgetUpTo(source, subject, 3);
    expect(await first()).toBe(4);
    expect(await kept.firstKept(newId())).toBeUndefined();
  });
});
