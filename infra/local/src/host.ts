import { toConfig as toGatewayConfig } from '@rollcall/gateway/config';
import { startGateway } from '@rollcall/gateway/service';
import { ConfigurationError } from '@rollcall/service-kit/environment';
import { createLogger } from '@rollcall/service-kit/logging';
import type { RunningService } from '@rollcall/service-kit/service';
import { InProcessDirectory } from '@rollcall/service-kit/service-directory';
import { startTracing } from '@rollcall/service-kit/tracing';
import type { ServiceName } from '@rollcall/types/services';
import { type StackPlan, startMessage } from './plan.ts';
import { migrateAll, readBootstrapped } from './preparation.ts';
import { servicesBehindGateway } from './services.ts';

const log = createLogger('host', process.env.LOG_LEVEL || 'warn');
const running: RunningService[] = [];
let stopTracing = async (): Promise<void> => undefined;

/** Every service in this one process, calling each other's handlers directly. */
const startAll = async (plan: StackPlan): Promise<{ gatewayUrl: string; bootstrapped: boolean }> => {
  const variables = (service: ServiceName) => plan.environment[service] ?? {};
  stopTracing = await startTracing(variables('gateway').OTEL_EXPORTER_OTLP_ENDPOINT, 'rollcall');
  await migrateAll(plan);
  const directory = new InProcessDirectory();
  const starts = await Promise.allSettled([
    // It starts last, and what is wrong about it is told with all the rest.
    (async () => toGatewayConfig(variables('gateway')))(),
    ...Object.entries(servicesBehindGateway).map(async ([name, start]) => {
      // The keys of the table are service names by its type.
      const service = await start(variables(name as ServiceName), directory);
      running.push(service);
      directory.register(service.name, (request) => service.fetch(request));
    }),
  ]);
  const failures = starts.flatMap((start) => (start.status === 'rejected' ? [start.reason] : []));
  const wrong = failures.filter((failure) => failure instanceof ConfigurationError);
  // Every problem of every service at once.
  if (wrong.length > 0) throw new ConfigurationError([...new Set(wrong.flatMap(({ problems }) => problems))]);
  if (failures.length > 0) throw failures[0];
  const gateway = await startGateway(variables('gateway'), directory);
  running.push(gateway);
  return { gatewayUrl: gateway.url, bootstrapped: await readBootstrapped(plan, directory) };
};

const stop = async (): Promise<void> => {
  // The gateway first: what it has taken is finished by the others, which are still there.
  for (const service of running.splice(0).reverse()) await service.stop();
  await stopTracing();
};

const explain = (error: unknown): string => {
  if (error instanceof ConfigurationError) return error.message;
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return `The gateway's port is taken: ${error.message}. Choose another one with PORT=<number>.`;
  }
  return `The services did not start: ${error instanceof Error ? error.message : 'unknown reason'}`;
};

let ending = false;
const end = (code: number): void => {
  if (ending) return;
  ending = true;
  stop().then(
    () => process.exit(code),
    (error: unknown) => {
      log.error({ err: error }, 'the services did not stop cleanly');
      process.exit(1);
    },
  );
};

process.on('SIGTERM', () => end(0));
process.on('SIGINT', () => end(0));
// The launcher is gone: nobody would stop us later.
process.on('disconnect', () => end(0));
process.on('message', (message) => {
  startAll(startMessage.parse(message).plan).then(
    (up) => process.send?.({ type: 'ready', ...up }),
    (error: unknown) => {
      if (!(error instanceof ConfigurationError)) log.error({ err: error }, 'the services did not start');
      process.send?.({ type: 'failed', message: explain(error) });
      end(1);
    },
  );
});
