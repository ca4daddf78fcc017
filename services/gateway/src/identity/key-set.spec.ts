import { afterAll, beforeAll, expect, it } from 'vitest';
import { createKey, type GatewayUnderTest, startGatewayUnderTest } from '../testing/gateway-under-test.ts';

let gateway: GatewayUnderTest;
let questions = 0;
beforeAll(async () => {
  gateway = await startGatewayUnderTest();
  gateway.services.answers.set('readKeySet', () => {
    questions++;
    return { status: 200, body: { keys: gateway.keys } };
  });
});
afterAll(() => gateway.stop());

const asked = async (token: string) => (await gateway.ask('/v1/sessions', { token })).status;

it('a new key is good from its first token on, also right after the last question', async () => {
  expect(await asked(await gateway.sign())).toBe(200);
  for (let time = 0; time < 2; time++) {
    const key = await createKey();
    gateway.keys.push(key.published);
    expect(await asked(await gateway.sign({ key }))).toBe(200);
  }
  expect(await asked(await gateway.sign())).toBe(200);
});

it('a flood of made-up key ids costs one question a second (F35)', async () => {
  const stranger = await createKey();
  const flood = await Promise.all(
    Array.from({ length: 100 }, (_, index) => gateway.sign({ key: stranger, header: { kid: `made-up-${index}` } })),
  );
  const since = performance.now();
  const before = questions;
  const statuses = await Promise.all(flood.map(asked));
  expect(new Set(statuses)).toEqual(new Set([401]));
  expect(questions - before).toBeLessThanOrEqual(Math.ceil((performance.now() - since) / 1000) + 1);
});

it('a key that cannot be asked about is no 401: 503 until auth answers (F35)', async () => {
  const key = await createKey();
  gateway.keys.push(key.published);
  gateway.services.answers.set('readKeySet', () => ({ refused: 'internal_error' }));
  expect(await asked(await gateway.sign({ key }))).toBe(503);
  expect(await asked(await gateway.sign())).toBe(200);
  gateway.services.answers.set('readKeySet', () => ({ status: 200, body: { keys: gateway.keys } }));
  expect(await asked(await gateway.sign({ key }))).toBe(200);
});

it('a broken or foreign member keeps none of the good ones out', async () => {
  const key = await createKey();
  gateway.keys.push(
    { kty: 'EC', crv: 'P-256', kid: 'broken', x: 'AA', y: 'AA' },
    { kty: 'oct', kid: 'secret', k: 'AAAA' },
    { kty: 'RSA', kid: 'rsa' },
    key.published,
  );
  expect(await asked(await gateway.sign({ key }))).toBe(200);
});

it('a token that was verified before stops when its key is gone (F35)', async () => {
  const key = await createKey();
  gateway.keys.push(key.published);
  const token = await gateway.sign({ key });
  expect(await asked(token)).toBe(200);
  gateway.keys.splice(gateway.keys.indexOf(key.published), 1);
  await expect.poll(() => asked(token), { timeout: 13_000, interval: 250 }).toBe(401);
  expect(await asked(await gateway.sign())).toBe(200);
});
