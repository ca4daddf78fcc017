import { afterAll, beforeAll, expect, it } from 'vitest';
import { type GatewayUnderTest, startGatewayUnderTest } from '../testing/gateway-under-test.ts';

let gateway: GatewayUnderTest;
let asked = 0;
beforeAll(async () => {
  gateway = await startGatewayUnderTest();
  gateway.services.answers.set('readReadiness', ({ service }) => {
    asked++;
    const database = service === 'profile' ? 'unavailable' : 'ok';
    return { status: 200, body: { ready: database === 'ok', dependencies: { database } } };
  });
});
afterAll(() => gateway.stop());

it('names each dependency that does not answer, its own among them', async () => {
  gateway.services.down.add('auth');
  const { status, body } = await gateway.ask('/readyz');
  expect(status).toBe(503);
  const pointers = (body.errors as { pointer: string }[]).map(({ pointer }) => pointer);
  // Specs run without NATS.
  expect(pointers.sort()).toEqual(['/auth/service', '/gateway/nats', '/profile/database']);
});

it('asks services no more often for more who want to know', async () => {
  const since = performance.now();
  asked = 0;
  await Promise.all(Array.from({ length: 200 }, () => gateway.ask('/readyz')));
  expect(asked).toBeLessThanOrEqual(8 * (Math.ceil((performance.now() - since) / 250) + 1));
});

it('is not what being alive depends on', async () => {
  expect(await gateway.ask('/livez')).toMatchObject({ status: 200, body: { status: 'ok' } });
});
