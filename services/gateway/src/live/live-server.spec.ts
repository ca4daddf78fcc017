import { Bus } from '@rollcall/events/bus';
import { createLogger } from '@rollcall/service-kit/logging';
import { createServiceClient } from '@rollcall/service-kit/service-client';
import { testEnvironment } from '@rollcall/testing/service-under-test';
import { expect, it, onTestFinished } from 'vitest';
import { toConfig } from '../config.ts';
import { createHttpServer, stopHttpServer, usualPatience } from '../http-server.ts';
import { KeySet } from '../identity/key-set.ts';
import { OpaqueTokens } from '../identity/opaque-tokens.ts';
import { RevocationList } from '../identity/revocation-list.ts';
import { TokenVerifier } from '../identity/token-verifier.ts';
import { FakeServices } from '../testing/fake-services.ts';
import { rawRequest, sendRaw } from '../testing/raw-http.ts';
import { LiveJournal } from './journal.ts';
import { LiveServer } from './live-server.ts';
import { NatsPresenceRoad } from './presence-road.ts';
import { FakeFeed } from './testing/fake-feed.ts';

it('an offer of a WebSocket is counted wherever it is made, and one too many is told when to come back', async () => {
  const log = createLogger('gateway', 'silent');
  const bus = new Bus({ url: 'nats://127.0.0.1:1', token: undefined, name: 'spec', log });
  const client = createServiceClient('gateway', new Map(), new FakeServices());
  const revocations = new RevocationList(client, bus, log);
  const config = toConfig(testEnvironment('gateway', 'postgres://unused'));
  const opaque = new OpaqueTokens(client, () => undefined);
  const counted: string[] = [];
  const live = new LiveServer({
    config,
    journal: new LiveJournal(bus, log),
    feed: new FakeFeed(),
    secondFactorDue: () => undefined,
    road: new NatsPresenceRoad(bus, log),
    verifier: new TokenVerifier(config.issuer, new KeySet(client), revocations, opaque),
    revocations,
    countRequest: async (rate, address) => (counted.push(`${rate} ${address}`) > 2 ? 7 : undefined),
    log,
  });
  const server = createHttpServer(() => new Response(), usualPatience);
  live.attach(server);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(async () => {
    await live.stop();
    await stopHttpServer(server, usualPatience);
    await bus.close();
  });
  const at = server.address();
  const url = `http://127.0.0.1:${typeof at === 'object' && at ? at.port : ''}`;
  const offer = ['Connection: Upgrade', 'Upgrade: websocket'];
  const knock = (path: string) => sendRaw(url, rawRequest(`GET ${path}`, offer).replace('Connection: close\r\n', ''));

  expect((await knock('/nope')).status).toBe(404);
  expect((await knock('/v1/live')).status).toBe(401);
  const { status, head, body } = await knock('/nope');
  expect(status).toBe(429);
  expect(head).toContain('retry-after: 7');
  expect(JSON.parse(body)).toMatchObject({ code: 'rate_limited' });
  expect(counted).toEqual(Array(3).fill('read 127.0.0.1'));
});
