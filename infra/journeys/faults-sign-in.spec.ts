import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type ApiClient, createApiClient } from '@rollcall/testing/api-client';
import { freePort } from '@rollcall/testing/free-port';
import { newcomer, registerPerson, type SignedInPerson, signIn } from '@rollcall/testing/people';
import { type Stack, startStack } from '@rollcall/testing/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** More of them with `npm run faults`. */
const rounds = Number(process.env.FAULTS_ROUNDS ?? 1);

let dataFolder: string;
let port: number;
let stack: Stack;
let api: ApiClient;
let admin: SignedInPerson;

const start = async (): Promise<void> => {
  const environment = {
    LOG_LEVEL: process.env.FAULTS_LOG_LEVEL ?? 'fatal',
    // Whose tokens these are goes by the address.
    PORT: String(port),
    // Who asks may come from as many addresses as it likes.
    TRUSTED_PROXIES: '127.0.0.0/8',
  };
  stack = await startStack({ dataFolder, durable: true, environment });
  api = createApiClient(stack.gateway);
};

beforeAll(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'rollcall-sign-in-'));
  port = await freePort();
  await start();
  admin = await registerPerson(api, stack.mail, newcomer('admin'), stack.setupToken);
}, 60_000);
afterAll(async () => {
  await stack?.stop();
  await rm(dataFolder, { recursive: true, force: true });
});

const from = (address: string) => ({ 'x-forwarded-for': address });
const statusOf = async (token: string, address = '192.0.2.1'): Promise<number> =>
  (await api('GET', '/v1/users/me', { token, headers: from(address) })).status;

describe('while the key that signs is replaced', () => {
  it('nobody who is signed in is turned away, be it by an old token or a new one (F35)', async () => {
    const person = await registerPerson(api, stack.mail);
    const statuses: number[] = [];
    let isOver = false;
    const keepAsking = async (address: string) => {
      let { refreshToken } = await signIn(api, person);
      while (!isOver) {
        const renewed = await api('POST', '/v1/sessions/refresh', { body: { refreshToken }, headers: from(address) });
        refreshToken = renewed.body.refreshToken;
        statuses.push(renewed.status, await statusOf(renewed.body.accessToken, address), await statusOf(person.token));
        await delay(50);
      }
    };
    const asking = Promise.all(['192.0.2.2', '192.0.2.3', '192.0.2.4'].map(keepAsking));
    const keys = new Set<string>();
    for (let n = 0; n < 5 + rounds; n++) {
      const rotated = await api('POST', '/v1/keys/rotate', { token: admin.token });
      expect(rotated.status).toBe(201);
      keys.add(rotated.body.id);
      await delay(500);
    }
    isOver = true;
    await asking;
    expect(keys.size).toBe(5 + rounds);
    expect(statuses.length).toBeGreaterThan(30);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
  });
});

describe('when everything that processes remember is lost', () => {
  it('whoever was signed out stays so, from the first answer on (F36)', async () => {
    const person = await registerPerson(api, stack.mail);
    const made = await api('POST', '/v1/api-keys', {
      token: person.token,
      body: { name: 'Nightly report', scopes: ['account.read'], expiresInDays: 1 },
    });
    const key = String(made.body.key);
    expect([await statusOf(person.token), await statusOf(key)]).toEqual([200, 200]);
    expect((await api('DELETE', `/v1/api-keys/${made.body.id}`, { token: person.token })).status).toBe(200);
    expect((await api('DELETE', '/v1/sessions/current', { token: person.token })).status).toBe(200);
    for (let n = 0; n < rounds; n++) {
      await stack.stop();
      await start();
      for (let asked = 0; asked < 20; asked++) {
        const statuses = [await statusOf(person.token), await statusOf(key)];
        expect(statuses.every((status) => status === 401 || status === 503)).toBe(true);
      }
      expect([await statusOf(person.token), await statusOf(key)]).toEqual([401, 401]);
    }
  }, 120_000);
});

describe('whoever guesses while everything is started again and again', () => {
  it('has ten tries and no more (F38)', async () => {
    const { username } = await registerPerson(api, stack.mail);
    const statuses: number[] = [];
    const guess = async () => {
      const body = { identifier: username, password: `a guess of many: ${statuses.length}` };
      statuses.push((await api('POST', '/v1/sessions', { body, headers: from('198.51.100.9') })).status);
    };
    for (let n = 0; n < 6; n++) await guess();
    for (let round = 0; round < 1 + rounds; round++) {
      await stack.stop();
      await start();
      for (let n = 0; n < 6; n++) await guess();
    }
    expect(statuses).toEqual(statuses.map((_, n) => (n < 10 ? 401 : 429)));
  }, 120_000);
});

describe('while a hundred sign in at once', () => {
  it('everybody else is served, and whoever there is no room for is told so (F39)', async () => {
    const probes: { readonly status: number; readonly milliseconds: number }[] = [];
    let isOver = false;
    const probing = (async () => {
      while (!isOver) {
        const asked = performance.now();
        const status = await statusOf(admin.token);
        probes.push({ status, milliseconds: performance.now() - asked });
        await delay(20);
      }
    })();
    const { username } = await registerPerson(api, stack.mail);
    const flood = await Promise.all(
      Array.from({ length: 100 }, async (_, n) => {
        const body = { identifier: n % 2 === 0 ? username : `nobody-${n}`, password: 'a long one that nobody has' };
        return (await api('POST', '/v1/sessions', { body, headers: from(`198.51.100.${n}`) })).status;
      }),
    );
    isOver = true;
    await probing;
    expect(flood.filter((status) => ![401, 429, 503].includes(status))).toEqual([]);
    expect(probes.length).toBeGreaterThan(10);
    expect(probes.filter(({ status }) => status !== 200)).toEqual([]);
    expect(Math.max(...probes.map(({ milliseconds }) => milliseconds))).toBeLessThan(2_000);
    // It is over by itself.
    expect(
      (await api('POST', '/v1/sessions', { body: { identifier: admin.username, password: admin.password } })).status,
    ).toBe(201);
  }, 60_000);
});
