import { commonVariables, readVariables } from '@rollcall/service-kit/environment';
import { HttpDirectory } from '@rollcall/service-kit/service-directory';
import { startTracing } from '@rollcall/service-kit/tracing';
import { startGateway } from './service.ts';

// The gateway listens by itself; what it routes to is reached over HTTP.
const { SERVICE_URLS, OTEL_EXPORTER_OTLP_ENDPOINT } = readVariables(
  {
    SERVICE_URLS: commonVariables.SERVICE_URLS,
    OTEL_EXPORTER_OTLP_ENDPOINT: commonVariables.OTEL_EXPORTER_OTLP_ENDPOINT,
  },
  process.env,
);
const stopTracing = await startTracing(OTEL_EXPORTER_OTLP_ENDPOINT, 'rollcall');
const directory = new HttpDirectory(SERVICE_URLS);
const gateway = await startGateway(process.env, directory);

const stop = async (): Promise<void> => {
  await gateway.stop();
  await directory.close();
  await stopTracing();
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
