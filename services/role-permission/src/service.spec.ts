import { Bus } from '@rollcall/events/bus';
import { readEnvelope } from '@rollcall/events/intake';
import { createLogger } from '@rollcall/service-kit/logging';
import { testServers } from '@rollcall/testing/test-database';
import type { Envelope } from '@rollcall/types/envelope';
import { natsSubjectsOf } from '@rollcall/types/envelope';
import { accessNewsSubject } from '@rollcall/types/live-subjects';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type RolePermissionUnderTest, startRolePermissionUnderTest } from './testing/role-permission-under-test.ts';

let access: RolePermissionUnderTest;
let bus: Bus;
const received: Envelope[] = [];

beforeAll(async () => {
  const { natsUrl, natsToken } = testServers();
  bus = new Bus({ url: natsUrl, token: natsToken, name: 'spec', log: createLogger('host', 'silent') });
  await vi.waitUntil(() => bus.connected, { timeout: 5_000 });
  await bus.stream();
  const subscription = bus.connection.subscribe(natsSubjectsOf('role-permission'), {
    callback: (_, message) => {
      const event = readEnvelope(message.data);
      if (event) received.push(event);
    },
  });
  await bus.connection.flush();
  access = await startRolePermissionUnderTest({ withNats: true });
  return () => subscription.unsubscribe();
});
afterAll(async () => {
  await access.stop();
  await bus.close();
});

const about = (subject: string) => received.filter((event) => event.subject === subject);
const until = (subject: string, count: number) =>
  expect.poll(() => about(subject).length, { timeout: 10_000 }).toBe(count);

describe('the access log on the road', () => {
  it('goes out in its order, each subject numbered without a hole', async () => {
    const admin = await access.person();
    const ben = await access.person();
    for (const permission of ['users.read', 'users.manage']) await access.grant(admin, ben, permission);
    await access.revoke(admin, ben, 'users.read');
    await until(ben.userId, 4);
    expect(about(ben.userId).map(({ type, subjectsequence }) => `${subjectsequence} ${type}`)).toEqual([
      '1 access.user_added',
      '2 permission.granted',
      '3 permission.granted',
      '4 permission.revoked',
    ]);
    const revisions = received.map(({ data }) => data.revision);
    expect(revisions).toEqual(revisions.map((_, n) => n + 1));
  });

  it('is announced to those who keep a graph of it, without a word of what happened', async () => {
    const subscription = bus.connection.subscribe(accessNewsSubject);
    await bus.connection.flush();
    await access.person();
    for await (const message of subscription) {
      expect(message.data).toHaveLength(0);
      break;
    }
  });

  it('what a consumer misses goes out again when it asks for it', async () => {
    const ben = await access.person();
    await until(ben.userId, 1);
    const body = { subject: ben.userId, fromSequence: 1 };
    const asked = { method: 'POST', path: '/internal/events/republish', from: 'activity-log', body } as const;
    expect(await access.call(asked)).toMatchObject({ status: 200, body: { events: 1 } });
    await until(ben.userId, 2);
    const [first, again] = about(ben.userId);
    expect(again).toEqual(first);
  });

  it('goes out again as a whole when the stream is gone, and what is new behind it', async () => {
    const before = [...received];
    received.length = 0;
    await (await bus.manager()).streams.delete('ROLLCALL');
    await bus.stream();
    const ben = await access.person();
    await until(ben.userId, 1);
    const events = new Map([...before, ...received].map((event) => [event.data.revision, event.id]));
    await expect
      .poll(() => new Set(received.map(({ id }) => id)), { timeout: 10_000 })
      .toEqual(new Set(events.values()));
  });
});

describe('the role of the service', () => {
  it.each([
    'update role_permission.events set actor = actor',
    'delete from role_permission.events',
    'truncate role_permission.events',
  ])('may not: %s', async (statement) => {
    const sql = postgres(access.database.url, { max: 1, onnotice: () => undefined });
    await expect(sql.unsafe(statement)).rejects.toMatchObject({ code: '42501' });
    await sql.end();
  });
});
