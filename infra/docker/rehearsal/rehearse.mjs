// Starts the stack of docker-compose.yml where there is no container engine: images made by the steps of the Dockerfile in a
// clean folder, each container by the command and the environment that the Compose file gives it. Postgres and NATS come
// from this machine. With `--images` it makes the images, which takes a minute or two, and ends; otherwise it says where
// everything is, as `npm start -- --json` does, so that journeys run on it.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ensureDependencies } from '../../local/bootstrap/dependencies.mjs';
import { explain } from '../../local/bootstrap/failure.mjs';
import { REPOSITORY } from '../../local/bootstrap/repository.mjs';
import { prepareShutdown } from '../../local/bootstrap/shutdown.mjs';

/** @param {string} line */
const print = (line) => console.error(line);
const shutdown = prepareShutdown({ print });

try {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      images: { type: 'boolean' },
      json: { type: 'boolean' },
      fast: { type: 'boolean' },
      replicas: { type: 'string' },
    },
  });
  await ensureDependencies({ print });
  const { tsImport } = await import('tsx/esm/api');
  /** @type {typeof import('./stack.ts')} */
  const { makeAllImages, startRehearsal } = await tsImport('./stack.ts', import.meta.url);
  if (values.images) {
    print('Making the images.');
    makeAllImages();
    process.exit(0);
  }
  const dataFolder = path.resolve(values.data ?? path.join(REPOSITORY, '.data/rehearsal'));
  console.log(
    JSON.stringify(await startRehearsal({ dataFolder, twice: values.replicas !== undefined, print, shutdown })),
  );
} catch (error) {
  if (!shutdown.signal.aborted) {
    console.error(explain(error));
    await shutdown.stop(1);
  }
}
