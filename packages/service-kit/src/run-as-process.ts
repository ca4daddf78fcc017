import { createAdaptorServer } from '@hono/node-server';
import { z } from 'zod';
import { commonVariables, type Environment, readVariables } from './environment.ts';
import type { RunningService } from './service.ts';
import { HttpDirectory, type ServiceDirectory } from './service-directory.ts';
import { startTracing } from './tracing.ts';

/** Variables of a service that runs as a process of its own. */
export const processVariables = {
  HOST: z.string().default('0.0.0.0').meta({ description: 'address to listen on' }),
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080).meta({ description: 'port to listen on' }),
  SERVICE_URLS: commonVariables.SERVICE_URLS,
  OTEL_EXPORTER_OTLP_ENDPOINT: commonVariables.OTEL_EXPORTER_OTLP_ENDPOINT,
};

/**
 * Runs a service as a process of its own: it answers signed HTTP and reaches the others at `SERVICE_URLS`. SIGTERM and
 * SIGINT let it answer what it has taken, then end it.
 */
export const runAsProcess = async (
  start: (environment: Environment, directory: ServiceDirectory) => Promise<RunningService>,
): Promise<void> => {
  const { HOST, PORT, SERVICE_URLS, OTEL_EXPORTER_OTLP_ENDPOINT } = readVariables(processVariables, process.env);
  const stopTracing = await startTracing(OTEL_EXPORTER_OTLP_ENDPOINT, 'rollcall');
  const directory = new HttpDirectory(SERVICE_URLS);
  const service = await start(process.env, directory);
  const server = createAdaptorServer({ fetch: (request) => service.fetch(request) });
  server.listen(PORT, HOST);

  const stop = (): void => {
    server.close(async () => {
      await service.stop();
      await directory.close();
      await stopTracing();
    });
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
};
