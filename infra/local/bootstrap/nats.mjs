import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Failure } from './failure.mjs';
import { dieWithUs, ServerDidNotStart, startServer } from './server-process.mjs';

/** @import { RunningServer } from './types.ts' */

/** @param {string} dataFolder */
export function natsStoreFolder(dataFolder) {
  return path.join(dataFolder, 'nats/jetstream');
}

/**
 * Starts NATS with JetStream on a port of the loopback interface.
 * @param {{ program: string, dataFolder: string, token: string, port: number }} options
 * @returns {Promise<RunningServer>}
 */
export async function startNats({ program, dataFolder, token, port }) {
  const folder = path.join(dataFolder, 'nats');
  mkdirSync(folder, { recursive: true });
  const configuration = path.join(folder, 'nats.conf');
  // In a file, as every user of the machine may read a command line.
  writeFileSync(
    configuration,
    [
      'server_name: rollcall-local',
      `listen: "127.0.0.1:${port}"`,
      `authorization { token: ${JSON.stringify(token)} }`,
      `jetstream { store_dir: ${JSON.stringify(natsStoreFolder(dataFolder))} }`,
      '',
    ].join('\n'),
    { mode: 0o600 },
  );
  try {
    return await startServer({
      name: 'NATS',
      dataFolder,
      command: [...dieWithUs('SIGTERM'), program, '-c', configuration],
      readyText: 'Server is ready',
      politely: 'SIGTERM',
      firmly: 'SIGKILL',
    });
  } catch (error) {
    if (!(error instanceof ServerDidNotStart)) throw error;
    throw new Failure(`NATS (${program}) could not start (${error.reason}): see ${error.logFile}.`, { cause: error });
  }
}
