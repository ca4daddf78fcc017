import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { type Connection, connect } from '@rollcall/database/connect';
import { Bus } from '@rollcall/events/bus';
import { aloneBy } from '@rollcall/events/stream-lock';
import type { Environment } from '@rollcall/service-kit/environment';
import { createLogger } from '@rollcall/service-kit/logging';
import { registry } from '@rollcall/service-kit/metrics';
import type { Readiness, RunningService } from '@rollcall/service-kit/service';
import { createServiceClient } from '@rollcall/service-kit/service-client';
import type { ServiceDirectory } from '@rollcall/service-kit/service-directory';
import { ShutdownList } from '@rollcall/service-kit/shutdown';
import { systemTiming } from '@rollcall/service-kit/system-timing';
import { isRefusal } from '@rollcall/types/problems';
import { routedRoutes } from '@rollcall/types/route-table';
import { AccessFollower } from './access/follower.ts';
import { checkPermissionIn } from './access/permission-check.ts';
import { secondFactorJudge } from './access/second-factor.ts';
import { createGatewayApp } from './app.ts';
import { createCleanUp } from './clean-up.ts';
import { toConfig } from './config.ts';
import { createHttpServer, type Patience, stopHttpServer, usualPatience } from './http-server.ts';
import { KeySet } from './identity/key-set.ts';
import { OpaqueTokens } from './identity/opaque-tokens.ts';
import { RevocationList } from './identity/revocation-list.ts';
import { TokenVerifier } from './identity/token-verifier.ts';
import { LiveJournal } from './live/journal.ts';
import { LiveServer } from './live/live-server.ts';
import { NatsPresenceRoad } from './live/presence-road.ts';
import { withOwnRoutes } from './own-routes.ts';
import { createRateClasses } from './rate-classes.ts';
import { createDocuments } from './reference/documents.ts';

export interface RunningGateway extends RunningService {
  /** Where it listens. */
  readonly url: string;
  /** How many connections it has open, those included that an answer has ended on one side only. */
  countConnections(): Promise<number>;
}

/** The way in: routing, token verification, rate limits, live events, the API reference. */
export const startGateway = async (
  environment: Environment,
  directory: ServiceDirectory,
  patience: Patience = usualPatience,
): Promise<RunningGateway> => {
  const config = toConfig(environment);
  const { common } = config;
  const log = createLogger('gateway', common.LOG_LEVEL);
  const shutdown = new ShutdownList(log);

  const connection = connect({ url: common.DATABASE_URL, name: 'rollcall gateway' });
  shutdown.add('database', () => connection.close());
  const { NATS_URL: url, NATS_TOKEN: token } = common;
  const bus = new Bus({ url, token, name: 'rollcall gateway', alone: aloneBy(connection), log });
  shutdown.add('bus', () => bus.close());

  // The gateway's own routes are served like any other service's; nobody else has the key to reach them.
  const trustKeys = new Map([...common.SERVICE_TRUST_KEYS, ['gateway', randomBytes(32)]]);
  const client = createServiceClient('gateway', trustKeys, directory);
  const revocations = new RevocationList(client, bus, log);
  const access = new AccessFollower({ client, bus, timing: systemTiming, log });
  // Until it has been loaded once, whoever is not known to need no second factor is told 503.
  const secondFactorDue = secondFactorJudge(access, config.secondFactorOf);
  const readiness = () => readReadiness(connection, bus, access);
  const opaque = new OpaqueTokens(client, () => access.newest);
  const verifier = new TokenVerifier(config.issuer, new KeySet(client), revocations, opaque);
  const countRequest = createRateClasses(connection.sql, config.production);
  const app = createGatewayApp({
    config,
    routes: routedRoutes,
    documents: createDocuments({ routes: routedRoutes, publicUrl: common.PUBLIC_URL, secure: config.secure }),
    readMetrics: async () =>
      new Response(await registry.metrics(), {
        headers: { 'content-type': registry.contentType, 'cache-control': 'no-store' },
      }),
    verifier,
    access,
    secondFactorDue,
    countRequest,
    directory: withOwnRoutes({
      directory,
      client,
      trustKeys,
      readiness,
      checkPermission: checkPermissionIn(access),
      log,
    }),
    trustKeys,
    log,
  });
  const journal = new LiveJournal(bus, log);
  const cleanUp = createCleanUp(connection, log);
  for (const [name, part] of Object.entries({ revocations, access, journal, 'clean-up': cleanUp })) {
    part.start();
    shutdown.add(name, () => part.stop());
  }

  const server = createHttpServer((request, bindings) => app.fetch(request, bindings), patience);
  const road = new NatsPresenceRoad(bus, log);
  const live = new LiveServer({
    config,
    journal,
    feed: access,
    secondFactorDue,
    road,
    verifier,
    revocations,
    countRequest,
    log,
  });
  live.attach(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.port, config.host, resolve);
  }).catch(async (error: unknown) => {
    // Nobody gets a gateway to stop: what it has begun must not keep the process alive.
    await shutdown.run();
    throw error;
  });
  shutdown.add('http', () => stopHttpServer(server, patience));
  shutdown.add('live', () => live.stop());
  // `listen` on a port has an address of this form.
  const { address, port, family } = server.address() as AddressInfo;

  return {
    name: 'gateway',
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    fetch: (request) => app.fetch(request),
    countConnections: promisify(server.getConnections.bind(server)),
    readiness,
    stop: () => shutdown.run(),
  };
};

const readReadiness = async (
  connection: Connection,
  bus: Bus,
  access: Pick<AccessFollower, 'present'>,
): Promise<Readiness> => {
  const database = await connection.ping().then(
    () => 'ok' as const,
    () => 'unavailable' as const,
  );
  const rights = isRefusal(await access.present()) ? 'unavailable' : 'ok';
  return { database, nats: bus.connected ? 'ok' : 'unavailable', access: rights };
};
