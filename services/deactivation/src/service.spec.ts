import { Bus } from '@rollcall/events/bus';
import { newId } from '@rollcall/service-kit/identity';
import { createLogger } from '@rollcall/service-kit/logging';
import { somebody } from '@rollcall/testing/service-under-test';
import { testServers } from '@rollcall/testing/test-database';
import { natsSubject } from '@rollcall/types/envelope';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type DeactivationUnderTest, startDeactivationUnderTest } from './testing/deactivation-under-test.ts';

let deactivation: DeactivationUnderTest;
let bus: Bus;

beforeAll(async () => {
  const { natsUrl, natsToken } = testServers();
  bus = new Bus({ url: natsUrl, token: natsToken, name: 'spec', log: createLogger('host', 'silent') });
  deactivation = await startDeactivationUnderTest({ withNats: true });
  await vi.waitUntil(() => bus.connected, { timeout: 5_000 });
  await bus.stream();
});
afterAll(async () => {
  await deactivation.stop();
  await bus.close();
});

it('learns over NATS who is registered', async () => {
  const { userId } = somebody();
  const event = {
    specversion: '1.0',
    id: newId(),
    source: 'rollcall/registration',
    type: 'user.registered',
    subject: userId,
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    data: {},
    actor: userId,
    correlationid: 'a-request',
    subjectsequence: 1,
  };
  await bus.jetstream().publish(natsSubject('registration', event.type), JSON.stringify(event));
  await expect
    .poll(() => deactivation.accountOf(userId), { timeout: 10_000 })
    .toMatchObject({ registered: true, status: 'active', pending: null });
});

it('publishes what it did', async () => {
  const ada = somebody();
  deactivation.people.add(ada.userId);
  const subscription = bus.connection.subscribe(natsSubject('deactivation', 'user.deactivated'));
  await deactivation.ask('deactivate', 'me', ada);
  for await (const message of subscription) {
    if (message.string().includes(ada.userId)) break;
  }
});
