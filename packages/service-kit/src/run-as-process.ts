import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { z } from 'zod';
import { ConfigurationError, type Environment, everyServiceVariables, readVariables } from './environment.ts';
import { drainServer } from './http-drain.ts';
import { createProbes } from './probes.ts';
import type { RunningService } from './service.ts';
import { HttpDirectory, type ServiceDirectory } from './service-directory.ts';
import { startTracing } from './tracing.ts';

/** Variables of a service that runs as a process of its own. */
export const processVariables = {
  HOST: z.string().default('0.0.0.0').meta({ description: 'address to listen on' }),
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080).meta({ description: 'port to listen on' }),
  SERVICE_URLS: everyServiceVariables.SERVICE_URLS,
  OTEL_EXPORTER_OTLP_ENDPOINT: everyServiceVariables.OTEL_EXPORTER_OTLP_ENDPOINT,
};

export interface ProcessOptions {
  /** The service opens its own port, as the gateway does. */
  readonly listensItself?: boolean;
}

type Start = (environment: Environment, directory: ServiceDirectory) => Promise<RunningService>;

/** For requests that are under way when the process is told to stop, and those that follow them. */
const drainLimits = { lingerMilliseconds: 500, stopMilliseconds: 10_000 };

/**
 * Runs a service as a process of its own: it answers signed HTTP and reaches the others at `SERVICE_URLS`. SIGTERM and
 * SIGINT let it answer what it has taken, then end it; so does the end of a process that started it with a channel to it,
 * which is told `ready` once requests are taken.
 */
export const runAsProcess = async (start: Start, options: ProcessOptions = {}): Promise<void> => {
  try {
    await run(start, options);
  } catch (error) {
    // What to mend stands in the message of a wrong configuration; of anything else the way there is worth knowing.
    console.error(error instanceof ConfigurationError ? error.message : error);
    process.exit(1);
  }
};

const run = async (start: Start, { listensItself = false }: ProcessOptions): Promise<void> => {
  const { HOST, PORT, SERVICE_URLS, OTEL_EXPORTER_OTLP_ENDPOINT } = readVariables(processVariables, process.env);
  const stopTracing = await startTracing(OTEL_EXPORTER_OTLP_ENDPOINT, 'rollcall');
  const directory = new HttpDirectory(SERVICE_URLS);
  const service = await start(process.env, directory);
  let stopping = false;
  const server = listensItself ? undefined : await listen(service, () => stopping, { port: PORT, host: HOST });

  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    if (server) await drainServer(server, drainLimits);
    await service.stop();
    await directory.close();
    await stopTracing();
    if (process.connected) process.disconnect();
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('disconnect', stop);
  process.send?.('ready');
};

const listen = async (
  service: RunningService,
  isStopping: () => boolean,
  address: { readonly port: number; readonly host: string },
): Promise<Server> => {
  const probe = createProbes(service, isStopping);
  // Of the kinds of server that the adapter can make, this is what it makes unless told.
  const server = createAdaptorServer({ fetch: (request) => probe(request) ?? service.fetch(request) }) as Server;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, resolve);
  });
  return server;
};
