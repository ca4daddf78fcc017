import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import path from 'node:path';
import { ensureDatabase } from '../../local/bootstrap/database.mjs';
import { keepRunning } from '../../local/bootstrap/kept-running.mjs';
import { ensureNatsProgram } from '../../local/bootstrap/nats-program.mjs';
import { freePort } from '../../local/bootstrap/ports.mjs';
import { preparePostgres } from '../../local/bootstrap/postgres.mjs';
import { REPOSITORY } from '../../local/bootstrap/repository.mjs';
import { startServer } from '../../local/bootstrap/server-process.mjs';
import type { prepareShutdown } from '../../local/bootstrap/shutdown.mjs';
import type { ComposeService } from './compose-file.ts';

export interface ServerOptions {
  readonly dataFolder: string;
  readonly print: (line: string) => void;
  readonly shutdown: ReturnType<typeof prepareShutdown>;
  readonly address: string;
}

/** Postgres of this machine, found where its container would be. */
export const startPostgres = async ({
  dataFolder,
  password,
  address,
  print,
  shutdown,
}: ServerOptions & { readonly password: string }) => {
  const start = await preparePostgres({ dataFolder, password, fast: true, print });
  const port = await freePort();
  const server = await shutdown.begin(keepRunning({ name: 'Postgres', start: () => start(port), print }));
  const ownerUrl = `postgres://postgres:${password}@127.0.0.1:${port}/rollcall`;
  await ensureDatabase(ownerUrl);
  // The container listens on its usual port.
  const forward = createServer((client) => {
    const behind = connect(port, '127.0.0.1');
    client.pipe(behind).pipe(client);
    for (const socket of [client, behind])
      socket.on('error', () => client.destroy()).on('close', () => behind.destroy());
  });
  await new Promise<void>((listening) => forward.listen(5432, address, listening));
  await shutdown.begin(Promise.resolve({ stop: () => void forward.close() }));
  return { pid: server.pid, ownerUrl };
};

/** By the configuration that this version of the server understands, as the one of the Compose file. */
export const startNats = async ({
  dataFolder,
  service,
  address,
  print,
  shutdown,
}: ServerOptions & { readonly service: ComposeService | undefined }) => {
  const program = await ensureNatsProgram({ env: process.env, print });
  const [, minor = '0'] = /v2\.(\d+)/.exec(execFileSync(program, ['--version'], { encoding: 'utf8' })) ?? [];
  const configuration = Number(minor) < 10 ? 'nats-2.9.conf' : 'nats.conf';
  const storeDir = path.join(dataFolder, 'nats');
  const variable = service?.environment?.NATS_TOKEN ?? '';
  const token = variable.replace(/^"(.*)"$/, '$1');
  const file = path.join(dataFolder, 'nats.conf');
  mkdirSync(storeDir, { recursive: true });
  // Its address and its volume, as a container would have them.
  const text = readFileSync(path.join(REPOSITORY, 'infra/docker/nats', configuration), 'utf8');
  writeFileSync(file, text.replaceAll('0.0.0.0', address).replace('"/data"', JSON.stringify(storeDir)));
  const start = () =>
    startServer({
      name: 'NATS',
      dataFolder,
      command: ['env', `NATS_TOKEN=${variable}`, program, '-c', file],
      readyText: 'Server is ready',
      politely: 'SIGTERM',
      firmly: 'SIGKILL',
    });
  const server = await shutdown.begin(keepRunning({ name: 'NATS', start, print }));
  return { url: `nats://${address}:4222`, token, pid: server.pid, storeDir: path.join(storeDir, 'jetstream') };
};
