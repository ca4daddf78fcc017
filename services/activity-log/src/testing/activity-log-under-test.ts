import { randomBytes } from 'node:crypto';
import { type Connection, connect } from '@rollcall/database/connect';
import { applyBatch } from '@rollcall/events/inbox';
import { takeIn } from '@rollcall/events/intake';
import { PersonalData, sealUnder } from '@rollcall/events/personal-data';
import type { Actor } from '@rollcall/service-kit/actor';
import { newId } from '@rollcall/service-kit/identity';
import { callService, fakeServices, testEnvironment } from '@rollcall/testing/service-under-test';
import { createTestDatabase } from '@rollcall/testing/test-database';
import { type Envelope, envelope, serviceOf, sourceOf } from '@rollcall/types/envelope';
import type { EventDefinition } from '@rollcall/types/event-definition';
import { checkPermission } from '@rollcall/types/routes/role-permission/internal';
import { recordEveryEvent } from '../reactions/record-every-event.ts';
import { startActivityLog } from '../service.ts';
import { eventTables } from '../store/schema.ts';
import { schemaPlan } from '../store/schema-plan.ts';

export interface Happening {
  readonly subject: string;
  readonly actor?: string;
  readonly time?: string;
  readonly data?: Readonly<Record<string, unknown>>;
  /** Sealed under the key of `holder`, who is the subject unless told. */
  readonly personal?: Readonly<Record<string, unknown>>;
  readonly holder?: string;
}

/** The service on a database of its own; registration and role-permission are played here. */
export const startActivityLogUnderTest = async () => {
  const database = await createTestDatabase(schemaPlan);
  const keys = new Map<string, Uint8Array>();
  const auditors = new Set<string>();
  const sequences = new Map<string, number>();
  const directory = fakeServices({
    'GET /internal/data-keys/*': ({ target }) => {
      const key = keys.get(target.split('/').at(-1) ?? '');
      return key
        ? { status: 200, body: { key: Buffer.from(key).toString('base64url') } }
        : { status: 404, body: { code: 'not_found' } };
    },
    'POST /internal/permission-checks': ({ json }) => {
      const { userId, permission } = checkPermission.body.parse(json);
      const granted = permission === 'activity.read' && auditors.has(userId);
      return { status: 200, body: { granted, revision: 1 } };
    },
  });
  // Without NATS: specs run side by side and would get each other's events. They are handed in instead.
  const environment = { ...testEnvironment('activity-log', database.url), NATS_URL: 'nats://127.0.0.1:1' };
  const service = await startActivityLog(environment, directory);
  const connection: Connection = connect({ url: database.url, name: 'spec' });
  const unasked = new PersonalData(() => Promise.reject(new Error('recording an event needs no key')));
  const reactions = recordEveryEvent();

  const seal = (holder: string, values: Readonly<Record<string, unknown>>) => {
    const key = keys.get(holder) ?? randomBytes(32);
    keys.set(holder, key);
    return sealUnder(key, holder, values);
  };

  /** Hands an event in as the consumer does, under the rights of the service. */
  const arrive = async (event: Envelope) => {
    const source = serviceOf(event);
    const byType = new Map((source && reactions[source])?.map((one) => [one.definition.type, one]));
    const incoming = await takeIn(event, byType, unasked);
    return applyBatch(connection.db, eventTables, event.source, [incoming]);
  };

  return {
    connection,
    calls: directory.calls,
    arrive,
    /** An event that another service would send next. */
    event: async (definition: EventDefinition, happening: Happening) => {
      const { subject, data = {}, personal, holder = subject } = happening;
      const counted = `${definition.service} ${subject}`;
      const sequence = (sequences.get(counted) ?? 0) + 1;
      sequences.set(counted, sequence);
      return envelope.parse({
        specversion: '1.0',
        id: newId(),
        source: sourceOf(definition.service),
        type: definition.type,
        subject,
        time: happening.time ?? new Date().toISOString(),
        datacontenttype: 'application/json',
        data: personal ? { ...data, personal: await seal(holder, personal) } : data,
        actor: happening.actor ?? subject,
        correlationid: 'a-request',
        subjectsequence: sequence,
      });
    },
    letAudit: (person: Actor) => auditors.add(person.userId),
    /** Erases a person: their key is destroyed. */
    erase: (userId: string) => keys.delete(userId),
    list: (actor: Actor | null, query: Readonly<Record<string, string>> = {}) =>
      callService(service, { method: 'GET', path: `/v1/activity?${new URLSearchParams(query)}`, actor }),
    stop: async () => {
      await service.stop();
      await connection.close();
      await database.drop();
    },
  };
};

export type ActivityLogUnderTest = Awaited<ReturnType<typeof startActivityLogUnderTest>>;
