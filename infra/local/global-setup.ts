import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import path from 'node:path';
import type {} from 'vitest';
import type { TestProject } from 'vitest/node';
import { startNats } from './bootstrap/nats.mjs';
import { ensureNatsProgram } from './bootstrap/nats-program.mjs';
import { freePort } from './bootstrap/ports.mjs';
import { preparePostgres } from './bootstrap/postgres.mjs';
import { findPostgresPrograms } from './bootstrap/postgres-programs.mjs';
import { newSecrets } from './bootstrap/secrets.mjs';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The superuser's URL of the database `postgres`. */
    postgresUrl: string;
    natsUrl: string;
    natsToken: string;
    /** What a stack of its own needs in its environment besides: free ports, and the nats-server that was found. */
    stackEnvironment: Record<string, string>;
  }
}

/** A Postgres and a NATS for all specs of a run, deleted with their data at its end. */
export default async function setup(project: TestProject) {
  // Readable to all: where user namespaces are forbidden, root's Postgres runs as nobody.
  const folder = mkdtempSync(path.join(tmpdir(), 'rollcall-test-'));
  chmodSync(folder, 0o755);
  const { postgresPassword, natsToken } = newSecrets();
  const print = (line: string) => console.log(line);

  const program = await ensureNatsProgram({ env: process.env, print });
  const [postgres, nats] = await Promise.allSettled([
    startPostgres(folder, postgresPassword),
    freePort().then(async (port) => ({
      port,
      server: await startNats({ program, dataFolder: folder, token: natsToken, port }),
    })),
  ]);
  const teardown = async () => {
    const started = [postgres, nats].flatMap((part) => (part.status === 'fulfilled' ? [part.value.server] : []));
    await Promise.all(started.map((server) => server.stop()));
    rmSync(folder, { recursive: true, force: true });
  };
  // Vitest runs no teardown when it is told to end by a signal: it exits.
  process.once('exit', () => {
    for (const part of [postgres, nats]) if (part.status === 'fulfilled') part.value.server.kill();
    // They may still write until they are gone.
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  process.once('SIGHUP', () => process.exit(128 + constants.signals.SIGHUP));
  if (postgres.status === 'rejected' || nats.status === 'rejected') {
    await teardown();
    throw postgres.status === 'rejected' ? postgres.reason : nats.status === 'rejected' && nats.reason;
  }

  const postgresUrl = `postgres://postgres:${postgresPassword}@127.0.0.1:${postgres.value.port}/postgres`;
  const natsUrl = `nats://127.0.0.1:${nats.value.port}`;
  project.provide('postgresUrl', postgresUrl);
  project.provide('natsUrl', natsUrl);
  project.provide('natsToken', natsToken);
  project.provide('stackEnvironment', { PORT: '0', MAIL_PORT: '0', NATS_SERVER_BIN: program });
  // For packages/testing, which may not import from here.
  process.env.ROLLCALL_TEST_POSTGRES_URL = postgresUrl;
  process.env.ROLLCALL_TEST_NATS_URL = natsUrl;
  process.env.ROLLCALL_TEST_NATS_TOKEN = natsToken;
  process.env.ROLLCALL_TEST_NATS_BIN = program;
  const { folder: programs, prefix, as } = findPostgresPrograms();
  process.env.ROLLCALL_TEST_POSTGRES_PROGRAMS = JSON.stringify({ folder: programs, prefix, as });
  return teardown;
}

async function startPostgres(folder: string, password: string) {
  const start = await preparePostgres({ dataFolder: folder, password, fast: true, print: () => {} });
  const port = await freePort();
  return { port, server: await start(port) };
}
