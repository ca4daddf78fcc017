import { Bus } from '@rollcall/events/bus';
import { newId } from '@rollcall/service-kit/identity';
import { createLogger } from '@rollcall/service-kit/logging';
import { testServers } from '@rollcall/testing/test-database';
import { natsSubject } from '@rollcall/types/envelope';
import { verificationRequested } from '@rollcall/types/events/registration';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type NotificationUnderTest, startNotificationUnderTest } from './testing/notification-under-test.ts';

let notification: NotificationUnderTest;
let bus: Bus;

beforeAll(async () => {
  const { natsUrl, natsToken } = testServers();
  bus = new Bus({ url: natsUrl, token: natsToken, name: 'spec', log: createLogger('host', 'silent') });
  notification = await startNotificationUnderTest({ withNats: true });
  await vi.waitUntil(() => bus.connected, { timeout: 5_000 });
  await bus.stream();
});
afterAll(async () => {
  await notification.stop();
  await bus.close();
});

it('an event on NATS becomes a mail, and the mail an event on NATS', async () => {
  const userId = newId();
  const email = `${userId}@example.com`;
  const values = { email, username: 'ada' };
  const event = await notification.makeEvent(verificationRequested, userId, { requestId: newId() }, values);
  const sent = bus.connection.subscribe(natsSubject('notification', 'mail.sent'));
  await bus.jetstream().publish(natsSubject('registration', event.type), JSON.stringify(event));
  await expect.poll(() => notification.inboxOf(email), { timeout: 10_000 }).toHaveLength(1);
  for await (const message of sent) {
    if (message.string().includes(event.id)) break;
  }
});
