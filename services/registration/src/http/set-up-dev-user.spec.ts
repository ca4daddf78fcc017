import { randomBytes } from 'node:crypto';
import type { RunningService } from '@rollcall/service-kit/service';
import { callService, fakeServices, testEnvironment } from '@rollcall/testing/service-under-test';
import { createTestDatabase } from '@rollcall/testing/test-database';
import postgres from 'postgres';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { startRegistration } from '../service.ts';
import { schemaPlan } from '../store/schema-plan.ts';

const developersMachine = { NODE_ENV: 'development', PUBLIC_URL: 'http://localhost:8080' };

/** The service on a database of its own; those it calls say yes to everything while they are up. */
const start = async (environment: Readonly<Record<string, string>> = {}) => {
  const database = await createTestDatabase(schemaPlan);
  const world = { accessIsDown: false };
  const enrolled = () => ({ status: 200, body: { enrolled: true, revision: 1 } });
  const directory = fakeServices({
    'PUT /internal/dev-credentials/*': () => ({ status: 200, body: { stored: true } }),
    'PUT /internal/users/*': () => {
      if (world.accessIsDown) throw new Error('the spec has switched this service off');
      return enrolled();
    },
  });
  const service = await startRegistration(
    {
      ...testEnvironment('registration', database.url),
      NATS_URL: 'nats://127.0.0.1:1',
      KEY_ENCRYPTION_SECRET: randomBytes(32).toString('base64url'),
      ...developersMachine,
      ...environment,
    },
    directory,
  );
  const owner = postgres(database.ownerUrl, { max: 1, onnotice: () => undefined });
  onTestFinished(async () => {
    await service.stop();
    await owner.end();
    await database.drop();
  });
  const outbox = () =>
    owner<{ type: string }[]>`select envelope->>'type' as type from registration.outbox order by position`;
  return {
    service,
    world,
    calls: directory.calls,
    typesOfEvents: async () => (await outbox()).map(({ type }) => type),
  };
};

const answered = z.looseObject({ userId: z.string().default('') });

const setUp = async (service: RunningService, { username = 'user', email = 'user@example.com' } = {}) => {
  const body = { email, password: 'string' };
  const path = `/internal/dev-users/${username}`;
  const response = await callService(service, { method: 'PUT', path, from: 'operator', body });
  return { status: response.status, body: answered.parse(await response.json()) };
};

describe('on a developer’s machine', () => {
  it('200: there is an account that every service knows, without any mail; repeating changes nothing', async () => {
    const { service, calls, typesOfEvents } = await start();
    const made = await setUp(service);
    expect(made).toMatchObject({ status: 200, body: { created: true } });
    expect(calls.map((call) => call.replace(made.body.userId, ':id')).sort()).toEqual([
      'auth: PUT /internal/dev-credentials/:id',
      'auth: PUT /internal/users/:id',
      'profile: PUT /internal/users/:id',
      'role-permission: PUT /internal/users/:id',
    ]);
    expect(await setUp(service)).toEqual({ status: 200, body: { userId: made.body.userId, created: false } });
    expect(calls).toHaveLength(4);
    expect(await typesOfEvents()).toEqual(['user.registered']);
  });

  it('503: a service that cannot be told is told when it is asked for again', async () => {
    const { service, world, typesOfEvents } = await start();
    world.accessIsDown = true;
    expect(await setUp(service)).toMatchObject({ status: 503 });
    world.accessIsDown = false;
    expect(await setUp(service)).toMatchObject({ status: 200, body: { created: false } });
    expect(await typesOfEvents()).toEqual(['user.registered']);
  });

  it('409 and 422: nobody’s username or address is taken over', async () => {
    const { service } = await start();
    await setUp(service);
    expect(await setUp(service, { email: 'other@example.com' })).toMatchObject({
      status: 409,
      body: { code: 'username_taken' },
    });
    expect(await setUp(service, { username: 'other' })).toMatchObject({ status: 422, body: { code: 'unprocessable' } });
  });
});

describe('elsewhere', () => {
  it.each([
    ['in production', { NODE_ENV: 'production' }],
    ['in tests', { NODE_ENV: 'test' }],
    ['where people come from elsewhere', { PUBLIC_URL: 'https://people.example' }],
  ])('403: nobody is made %s', async (_where, environment) => {
    const { service, calls, typesOfEvents } = await start(environment);
    expect(await setUp(service)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect([...calls, ...(await typesOfEvents())]).toEqual([]);
  });
});
