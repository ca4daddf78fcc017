// The process that hosts the services, as the launcher spawns it.
import { pathToFileURL } from 'node:url';
import { inOneFile } from './one-file.mjs';

await import(pathToFileURL(await inOneFile('infra/local/src/host.ts')).href);
