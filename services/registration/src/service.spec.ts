import { Bus } from '@rollcall/events/bus';
import { createLogger } from '@rollcall/service-kit/logging';
import { testServers } from '@rollcall/testing/test-database';
import { natsSubject } from '@rollcall/types/envelope';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type RegistrationUnderTest, startRegistrationUnderTest } from './testing/registration-under-test.ts';

let registration: RegistrationUnderTest;
let bus: Bus;

beforeAll(async () => {
  const { natsUrl, natsToken } = testServers();
  bus = new Bus({ url: natsUrl, token: natsToken, name: 'spec', log: createLogger('host', 'silent') });
  registration = await startRegistrationUnderTest({ withNats: true });
  await vi.waitUntil(() => bus.connected, { timeout: 5_000 });
  await bus.stream();
});
afterAll(async () => {
  await registration.stop();
  await bus.close();
});

it('publishes who is registered, with nothing personal that could be read on the way', async () => {
  const subscription = bus.connection.subscribe(natsSubject('registration', 'user.registered'));
  await bus.connection.flush();
  const ada = await registration.register();
  for await (const message of subscription) {
    const text = message.string();
    if (!text.includes(ada.userId)) continue;
    for (const value of [ada.email, ada.username, ada.password]) expect(text).not.toContain(value);
    break;
  }
});
