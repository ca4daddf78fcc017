import { Bus } from '@rollcall/events/bus';
import { createLogger } from '@rollcall/service-kit/logging';
import { testServers } from '@rollcall/testing/test-database';
import { natsSubject } from '@rollcall/types/envelope';
import { revocationSubject } from '@rollcall/types/live-subjects';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from './testing/auth-under-test.ts';

let auth: AuthUnderTest;
let bus: Bus;

beforeAll(async () => {
  const { natsUrl, natsToken } = testServers();
  bus = new Bus({ url: natsUrl, token: natsToken, name: 'spec', log: createLogger('host', 'silent') });
  auth = await startAuthUnderTest({ withNats: true });
  await vi.waitUntil(() => bus.connected, { timeout: 5_000 });
  await bus.stream();
});
afterAll(async () => {
  await auth.stop();
  await bus.close();
});

it('announces a revocation as soon as it has committed, and beats the head of the list', async () => {
  const { actor } = await auth.signIn(await auth.register());
  const subscription = bus.connection.subscribe(revocationSubject);
  await bus.connection.flush();
  await auth.ask('DELETE', '/v1/sessions/current', { actor });
  const heard: { head: number; items: { position: number; value: string }[] }[] = [];
  for await (const message of subscription) {
    heard.push(message.json());
    const announced = heard.some(({ items }) => items.some(({ value }) => value === actor.sessionId));
    const beaten = heard.at(-1)?.items.length === 0 && heard.at(-1)?.head === 1;
    if (announced && beaten) break;
  }
  expect(heard.flatMap(({ items }) => items)).toMatchObject([{ position: 1, kind: 'session' }]);
});

it('publishes what it did', async () => {
  const ada = await auth.register();
  const subscription = bus.connection.subscribe(natsSubject('auth', 'session.started'));
  await bus.connection.flush();
  await auth.signIn(ada);
  for await (const message of subscription) {
    if (message.string().includes(ada.userId)) break;
  }
});
