import { connect } from '@rollcall/database/connect';
import { migrateSchemas } from '@rollcall/database/migrate';
import { Bus } from '@rollcall/events/bus';
import { EventPlane } from '@rollcall/events/event-plane';
import { type Emit, emitWith } from '@rollcall/events/outbox';
import { outboxSource } from '@rollcall/events/outbox-source';
import { PersonalData } from '@rollcall/events/personal-data';
import { eventTables, schemaPlan } from '@rollcall/events/testing/spec-schema';
import { newId } from '@rollcall/service-kit/identity';
import { createLogger } from '@rollcall/service-kit/logging';
import { userDeactivated } from '@rollcall/types/events/deactivation';
import { pinSelf } from '../pin.ts';
import { type Platform, startPlatform } from '../platform.ts';
import type { Row } from '../report.ts';
import { inTurn } from '../rounds.ts';
import { startServer } from '../server.ts';

const atOnce = 16;
const milliseconds = 3_000;

const change = { before: { status: 'active' }, after: { status: 'deactivated' }, by: 'self' } as const;
const cause = { actor: 'service:gateway', correlationId: 'bench' };
const emitOne = (emit: Emit) => emit(userDeactivated, { subject: newId(), data: change, cause });

/** A service that has nothing but its outbox. */
const joinPlane = async ({ plan, nats }: Platform) => {
  const login = { role: 'bench', password: newId() };
  await migrateSchemas(plan.databaseOwnerUrl, [{ ...schemaPlan, login }]);
  const url = new URL(plan.databaseOwnerUrl);
  url.username = login.role;
  url.password = login.password;
  const connection = connect({ url: url.href, name: 'bench', max: atOnce });
  const log = createLogger('gateway', 'error');
  const bus = new Bus({ ...nats, name: 'bench', log });
  const plane = new EventPlane({
    service: 'deactivation',
    connection,
    tables: eventTables,
    bus,
    client: { call: () => Promise.reject(new Error('there is nobody to call')) },
    personal: new PersonalData(async () => undefined),
    log,
    sources: [outboxSource(connection, eventTables)],
    reactions: {},
  });
  plane.start();
  const stop = async () => {
    await plane.stop();
    await bus.close();
    await connection.close();
  };
  return { connection, plane, stop, url: url.href };
};

const perSecond = async (commit: () => Promise<unknown>): Promise<number> => {
  const began = performance.now();
  let commits = 0;
  const work = async () => {
    while (performance.now() - began < milliseconds) {
      await commit();
      commits++;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return commits / ((performance.now() - began) / 1_000);
};

export const measure = async (): Promise<Row> => {
  const platform = await startPlatform();
  pinSelf('measured');
  const { connection, plane, stop, url } = await joinPlane(platform);
  const { db } = connection;
  const listeners = await startServer('servers/listeners.mjs', { core: 'other', environment: { DATABASE_URL: url } });

  const values = await inTurn({
    ours: () => perSecond(() => plane.transact((_, emit) => emitOne(emit))),
    silent: () => perSecond(() => db.transaction((tx) => emitOne(emitWith(tx, eventTables)))),
    notify: () =>
      perSecond(() =>
        db.transaction(async (tx) => {
          await emitOne(emitWith(tx, eventTables));
          await tx.execute(`select pg_notify('bench', '')`);
        }),
      ),
  });
  await listeners.stop();
  await stop();
  await platform.stop();
  pinSelf('other');
  const common = { what: 'commits of one event each', unit: '/s', ours: values.ours };
  return {
    number: 11,
    title: 'Wake-up cost',
    about: `Transactions that add one event to the outbox, ${atOnce} at once, while the relay publishes them; every commit is synced.`,
    comparisons: [
      {
        ...common,
        baseline: 'nobody is told, the relay looks by itself',
        theirs: values.silent,
        target: { atLeast: 0.97 },
      },
      { ...common, baseline: 'pg_notify to 50 listeners', theirs: values.notify, target: { atLeast: 2 } },
    ],
  };
};
