import { callService } from '@rollcall/testing/service-under-test';
import { expect, it } from 'vitest';
import { startConsoleUnderTest } from './testing/console-under-test.ts';

const { service } = await startConsoleUnderTest();

it('is ready without anything else, and says so to the gateway only', async () => {
  const ask = (from: 'gateway' | 'auth') => callService(service, { method: 'GET', path: '/internal/readiness', from });
  const answer = await ask('gateway');
  expect([answer.status, await answer.json()]).toEqual([200, { ready: true, dependencies: {} }]);
  expect((await ask('auth')).status).toBe(403);
});

it('serves nobody who comes past the gateway', async () => {
  const answer = await service.fetch(new Request('http://console/verify'));
  expect(answer.status).toBe(403);
});
