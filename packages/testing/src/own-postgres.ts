import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';

/** A Postgres of one spec file's own, to be broken at will. It keeps its address over restarts. */
export interface OwnPostgres {
  /** The superuser's URL of the database `postgres`. */
  readonly url: string;
  /**
   * Starts it again after {@link kill} or {@link halt}; resolves once it serves.
   *
   * @param largestFileBytes what no file of it can grow beyond, from 16 MB on: then there is no room left
   */
  start(largestFileBytes?: number): Promise<void>;
  /** As a power cut does, but that the disk keeps what was written to it; resolves once it is gone. */
  kill(): Promise<void>;
  /** Ends it in good order. */
  halt(): Promise<void>;
  /** Copies all that it has, as a backup would; while it is down. */
  save(): Promise<void>;
  /** Puts back the copy: everything since is lost; while it is down. */
  restore(): Promise<void>;
  /** Ends it for good. */
  stop(): Promise<void>;
}

/** How Postgres's programs run here, see `infra/local/bootstrap/postgres-programs.mjs`. */
interface Programs {
  readonly folder: string;
  readonly prefix: readonly string[];
  readonly as?: { readonly uid: number; readonly gid: number };
}

export const startOwnPostgres = async (): Promise<OwnPostgres> => {
  const found = process.env.ROLLCALL_TEST_POSTGRES_PROGRAMS;
  if (!found) throw new Error('ROLLCALL_TEST_POSTGRES_PROGRAMS is not set: run specs through npm test');
  const programs: Programs = JSON.parse(found);
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-postgres-'));
  const own = async (path: string, mode: number): Promise<void> => {
    await chmod(path, mode);
    if (programs.as) await chown(path, programs.as.uid, programs.as.gid);
  };
  await own(folder, 0o755);
  const [cluster, backup] = [join(folder, 'cluster'), join(folder, 'backup')];
  const password = randomBytes(18).toString('base64url');
  const passwordFile = join(folder, 'password');
  await mkdir(cluster);
  await own(cluster, 0o700);
  await writeFile(passwordFile, password);
  await own(passwordFile, 0o600);
  await ended(
    run(programs, 'initdb', [
      ...['-D', cluster, '-U', 'postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`, '--no-sync'],
      ...['-E', 'UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'],
    ]),
  );
  const port = await freePort();
  const flags = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=50'];

  let server: ChildProcess | undefined;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const ending = server;
    server = undefined;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    ending.kill(signal);
    await once(ending, 'exit');
  };
  const replace = async (target: string, source: string): Promise<void> => {
    await rm(target, { recursive: true, force: true });
    // By the system's own program: it keeps whose the files are.
    await ended(spawn('cp', ['-a', source, target], { stdio: 'ignore' }));
  };
  const started: OwnPostgres = {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    start: async (largestFileBytes) => {
      const args = ['-D', cluster, ...flags.flatMap((flag) => ['-c', flag])];
      server = await serve(run(programs, 'postgres', args, largestFileBytes));
    },
    kill: () => end('SIGKILL'),
    halt: () => end('SIGINT'),
    save: () => replace(backup, cluster),
    restore: () => replace(cluster, backup),
    stop: async () => {
      await end('SIGQUIT');
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  await started.start();
  return started;
};

const run = (
  { folder, prefix, as }: Programs,
  program: string,
  args: readonly string[],
  largestFileBytes?: number,
): ChildProcess => {
  // By the kernel, as a full disk would: no rights are needed to bind oneself. A block is 512 bytes.
  const limit = ['sh', '-c', 'ulimit -f "$0" && exec "$@"', String((largestFileBytes ?? 0) / 512)];
  const [command = '', ...rest] = [
    ...(largestFileBytes === undefined ? [] : limit),
    ...[...prefix, join(folder, program), ...args],
  ];
  return spawn(command, rest, { stdio: ['ignore', 'ignore', 'pipe'], cwd: '/', ...as });
};

const ended = async (child: ChildProcess): Promise<void> => {
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`a program ended with ${code}: ${said}`);
};

const serve = async (server: ChildProcess): Promise<ChildProcess> => {
  // Vitest may end without running what cleans up.
  const end = (): void => void server.kill('SIGKILL');
  process.once('exit', end);
  server.once('exit', () => process.off('exit', end));
  let said = '';
  await new Promise<void>((resolve, reject) => {
    server.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('database system is ready to accept connections')) resolve();
    });
    server.once('exit', () => reject(new Error(`Postgres ended: ${said}`)));
  });
  server.stderr?.removeAllListeners('data').resume();
  return server;
};
