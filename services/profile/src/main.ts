import { serve } from '@hono/node-server';
import { readVariables } from '@rollcall/service-kit/environment';
import { HttpDirectory } from '@rollcall/service-kit/service-directory';
import { z } from 'zod';
import { toConfig } from './config.ts';
import { startProfile } from './service.ts';

// The service as a process of its own; the others are reached over HTTP.
const { common } = toConfig(process.env);
const { PORT } = readVariables({ PORT: z.coerce.number().int().min(0).max(65_535).default(8080) }, process.env);
const directory = new HttpDirectory(common.SERVICE_URLS);
const service = await startProfile(process.env, directory);
const server = serve({ fetch: (request) => service.fetch(request), port: PORT });

// Requests that were taken are answered before the service lets go of what they need.
const stop = () =>
  server.close(async () => {
    await service.stop();
    await directory.close();
  });
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
