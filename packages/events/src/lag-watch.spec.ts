import { newId } from '@rollcall/service-kit/identity';
import type { Logger } from '@rollcall/service-kit/logging';
import { registry } from '@rollcall/service-kit/metrics';
import { waitFor } from '@rollcall/testing/wait-for';
import { sourceOf } from '@rollcall/types/envelope';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Consumer } from './consumer.ts';
import { LagWatch } from './lag-watch.ts';
import { outboxSource } from './outbox-source.ts';
import { eventTables } from './testing/spec-schema.ts';
import { emitAbout, type Party, published, recording, startTraffic, type Traffic } from './testing/traffic.ts';

let traffic: Traffic;
let watch: LagWatch | undefined;
const told = vi.fn();
// Of a logger, what the watch uses.
const log = { error: told, warn: told } as unknown as Logger;

beforeEach(async () => {
  traffic = await startTraffic();
  told.mockClear();
  // The metrics are the process's, which other specs may have measured in.
  registry.resetMetrics();
});
afterEach(async () => {
  await watch?.stop();
  await traffic.end();
});

const metric = async (name: string): Promise<number[]> => {
  const { values } = (await registry.getSingleMetric(name)?.get()) ?? { values: [] };
  return values.map(({ value }) => value);
};

const watchOver = (party: Party, consumers: readonly Consumer[] = []): void => {
  const { connection, bus } = party;
  const sources = [outboxSource(connection, eventTables)];
  const common = { service: 'deactivation', connection, bus, log, tables: eventTables } as const;
  watch = new LagWatch({ ...common, sources, consumers, everyMilliseconds: 20, alarmSeconds: 0.2 });
  watch.start();
};

describe('events that nobody publishes', () => {
  it('are counted with their age, told once, and once more when they are gone (F22)', async () => {
    let held = true;
    const party = traffic.join({
      service: 'deactivation',
      database: await traffic.database(),
      wrapSource: (source) => ({ ...source, waiting: async (limit) => (held ? [] : source.waiting(limit)) }),
    });
    await emitAbout(party, newId(), newId());
    watchOver(party);
    await waitFor('the alarm', async () => told.mock.calls.length > 0);
    expect(told.mock.calls[0]).toEqual([expect.objectContaining({ events: 2 }), 'events wait to be published']);
    expect(await metric('rollcall_outbox_backlog')).toEqual([2]);
    expect((await metric('rollcall_outbox_oldest_seconds'))[0]).toBeGreaterThan(0.1);
    held = false;
    party.plane.wakeRelays();
    await published(party);
    await waitFor('the all-clear', async () => told.mock.calls.length > 1);
    expect(told.mock.calls[1]?.[1]).toBe('events wait to be published: no longer');
    expect(await metric('rollcall_outbox_oldest_seconds')).toEqual([0]);
  });
});

describe('events that a consumer does not get through with', () => {
  it('are its lag, and told while it lasts (F21)', async () => {
    const source = traffic.join({ service: 'deactivation', database: await traffic.database() });
    await emitAbout(source, newId(), newId(), newId());
    await published(source);
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const party = traffic.join({
      service: 'activity-log',
      database: await traffic.database(),
      reactions: recording(() => gate),
    });
    watchOver(party, party.plane.consumers);
    await waitFor('the alarm', async () => told.mock.calls.length > 0);
    expect(told.mock.calls[0]).toEqual([{ source: 'deactivation', events: 3 }, 'a consumer gets no further']);
    expect(await metric('rollcall_consumer_lag')).toContain(3);
    open();
    await waitFor('the all-clear', async () => told.mock.calls.length > 1);
    expect(await metric('rollcall_consumer_lag')).toContain(0);
  });

  it('are counted when they are parked (F18)', async () => {
    const party = traffic.join({ service: 'activity-log', database: await traffic.database(), reactions: recording() });
    await party.connection.db.insert(eventTables.parkedEvents).values({
      eventId: newId(),
      source: sourceOf('deactivation'),
      subject: newId(),
      subjectSequence: 1,
      type: 'user.deactivated',
      envelope: {} as never,
      reason: 'spec',
    });
    watchOver(party, party.plane.consumers);
    await waitFor('the count', async () => (await metric('rollcall_events_parked')).includes(1));
  });
});
