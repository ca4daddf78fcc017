import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { getRequestListener } from '@hono/node-server';
import { connect } from '@rollcall/database/connect';
import { Bus } from '@rollcall/events/bus';
import type { Environment } from '@rollcall/service-kit/environment';
import { createLogger } from '@rollcall/service-kit/logging';
import { createRouteApp } from '@rollcall/service-kit/route-app';
import type { RunningService } from '@rollcall/service-kit/service';
import { createServiceClient } from '@rollcall/service-kit/service-client';
import type { ServiceDirectory } from '@rollcall/service-kit/service-directory';
import { ShutdownList } from '@rollcall/service-kit/shutdown';
import { publicRoutes } from '@rollcall/types/route-table';
import { createGatewayApp } from './app.ts';
import { toConfig } from './config.ts';
import { handleLivez, handleReadyz } from './http/probes.ts';
import { KeySet } from './identity/key-set.ts';
import { RevocationList } from './identity/revocation-list.ts';
import { TokenVerifier } from './identity/token-verifier.ts';
import { LiveJournal } from './live/journal.ts';
import { LiveServer } from './live/live-server.ts';
import { createRateClasses } from './rate-classes.ts';

export interface RunningGateway extends RunningService {
  /** Where it listens. */
  readonly url: string;
}

/** The way in: routing, token verification, rate limits, live events, the API reference. */
export const startGateway = async (environment: Environment, directory: ServiceDirectory): Promise<RunningGateway> => {
  const config = toConfig(environment);
  const { common } = config;
  const log = createLogger('gateway', common.LOG_LEVEL);
  const shutdown = new ShutdownList(log);

  const connection = connect({ url: common.DATABASE_URL, name: 'rollcall gateway' });
  shutdown.add('database', () => connection.close());
  const bus = new Bus({ url: common.NATS_URL, token: common.NATS_TOKEN, name: 'rollcall gateway', log });
  shutdown.add('bus', () => bus.close());

  // The gateway's own routes are served like any other service's; nobody else has the key to reach them.
  const trustKeys = new Map([...common.SERVICE_TRUST_KEYS, ['gateway', randomBytes(32)]]);
  const client = createServiceClient('gateway', trustKeys, directory);
  const own = createRouteApp({
    service: 'gateway',
    routes: [handleLivez(), handleReadyz(client)],
    trustKeys,
    checkPermission: async () => false,
    log,
  });

  const revocations = new RevocationList(client, bus, log);
  const verifier = new TokenVerifier(config.issuer, new KeySet(client), revocations);
  const app = createGatewayApp({
    config,
    routes: publicRoutes,
    verifier,
    countRequest: createRateClasses(connection.sql, config.production),
    directory: {
      send: (service, request) =>
        service === 'gateway'
          ? Promise.resolve(
              own.request(request.target, { method: request.method, headers: request.headers, body: request.body }),
            )
          : directory.send(service, request),
      close: () => directory.close(),
    },
    trustKeys,
    log,
  });
  revocations.start();
  shutdown.add('revocations', () => revocations.stop());

  const journal = new LiveJournal(bus, log);
  journal.start();
  shutdown.add('journal', () => journal.stop());

  const server = createServer(getRequestListener(app.fetch));
  const live = new LiveServer({ config, journal, verifier, revocations, log });
  live.attach(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.port, config.host, resolve);
  });
  shutdown.add('http', async () => {
    const closed = promisify(server.close.bind(server))();
    server.closeIdleConnections();
    await closed;
  });
  shutdown.add('live', () => live.stop());
  // `listen` on a port has an address of this form.
  const { address, port } = server.address() as AddressInfo;

  return {
    name: 'gateway',
    url: `http://${address}:${port}`,
    fetch: (request) => app.fetch(request),
    readiness: async () => ({ nats: bus.connected ? 'ok' : 'unavailable' }),
    stop: () => shutdown.run(),
  };
};
