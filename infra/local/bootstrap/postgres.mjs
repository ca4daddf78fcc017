import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Failure } from './failure.mjs';
import { findPostgresPrograms } from './postgres-programs.mjs';
import { dieWithUs, ServerDidNotStart, startServer } from './server-process.mjs';

/** @import { Print, RunningServer } from './types.ts' */
/** @import { PostgresPrograms } from './postgres-programs.mjs' */

/** What `PG_VERSION` says in a cluster that these programs can serve. */
const MAJOR_VERSION = '18';

/** Trades every promise of durability for speed; for tests only. */
const FAST = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'autovacuum=off'];

/**
 * @typedef {object} PostgresOptions
 * @property {string} dataFolder
 * @property {string} password of the superuser `postgres`
 * @property {boolean} fast
 * @property {Print} print
 */

/**
 * Makes the cluster at its first use, and answers how to start the server on a port of the loopback interface.
 * @param {PostgresOptions} options
 * @returns {Promise<(port: number) => Promise<RunningServer>>}
 */
export async function preparePostgres({ dataFolder, password, fast, print }) {
  const programs = findPostgresPrograms();
  const cluster = programs.placeData(path.join(dataFolder, 'postgres'));
  if (existsSync(cluster)) checkCluster(cluster);
  else {
    print('Creating the database cluster (once).');
    await createCluster({ programs, cluster, password, fast });
  }
  const settings = [
    'listen_addresses=127.0.0.1',
    // Paths of sockets are limited to 107 bytes, which a deep folder exceeds: TCP only.
    'unix_socket_directories=',
    'max_connections=300',
    // Statements and the details of errors hold people's values, which do not belong in a log.
    'log_min_error_statement=panic',
    'log_error_verbosity=terse',
    ...(fast ? FAST : []),
  ];
  return async (port) => {
    const flags = [`port=${port}`, ...settings].flatMap((setting) => ['-c', setting]);
    const program = path.join(programs.folder, 'postgres');
    try {
      return await startServer({
        name: 'Postgres',
        dataFolder,
        command: [...programs.prefix, ...dieWithUs('SIGINT'), program, '-D', cluster, ...flags],
        as: programs.as,
        readyText: 'database system is ready to accept connections',
        politely: 'SIGINT',
        firmly: 'SIGQUIT',
      });
    } catch (error) {
      if (!(error instanceof ServerDidNotStart)) throw error;
      throw new PostgresFailure(cluster, error);
    }
  };
}

/** Postgres did not start on a cluster. */
class PostgresFailure extends Failure {
  /**
   * @param {string} cluster
   * @param {ServerDidNotStart} cause
   */
  constructor(cluster, cause) {
    super(
      `Postgres could not start on ${cluster} (${cause.reason}): see ${cause.logFile}, and put the folder back from a backup if it is damaged.`,
      { cause },
    );
    /** The port was taken by another in the moment since it was found free, or a killed server is not quite gone. */
    this.isPassing = /could not bind|pre-existing shared memory|lock file/.test(cause.output);
  }
}

/**
 * Whether trying again, on another port, may help.
 * @param {unknown} error
 */
export function isPassing(error) {
  return error instanceof PostgresFailure && error.isPassing;
}

/** @param {string} cluster */
function checkCluster(cluster) {
  const file = path.join(cluster, 'PG_VERSION');
  const version = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
  if (version === MAJOR_VERSION) return;
  throw new Failure(
    /^\d+(\.\d+)?$/.test(version)
      ? `${cluster} was written by Postgres ${version}, and this is Postgres ${MAJOR_VERSION}: move the data over with pg_dump, or use another data folder.`
      : `${cluster} is damaged (PG_VERSION ${existsSync(file) ? 'is not a version' : 'is missing'}): put it back from a backup, or move the data folder away to begin anew without its data.`,
  );
}

/** @param {{ programs: PostgresPrograms, cluster: string, password: string, fast: boolean }} given */
async function createCluster({ programs, cluster, password, fast }) {
  // Made beside and renamed into place, so that a kill half way leaves no half cluster that looks whole.
  const draft = `${cluster}.new`;
  const passwordFile = `${cluster}.password`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true, mode: 0o700 });
  // A real file: initdb cannot read a password from a pipe of Node's.
  rmSync(passwordFile, { force: true });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  programs.own(draft);
  programs.own(passwordFile);
  try {
    await initdb(programs, [
      ...['-D', draft, '-U', 'postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`],
      // The same order of text on every machine, whatever its locale.
      ...['-E', 'UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'],
      ...(fast ? ['--no-sync'] : []),
    ]);
    renameSync(draft, cluster);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/**
 * @param {PostgresPrograms} programs
 * @param {string[]} args
 * @returns {Promise<void>}
 */
function initdb(programs, args) {
  const program = path.join(programs.folder, 'initdb');
  const [command = '', ...rest] = [...programs.prefix, ...dieWithUs('SIGTERM'), program, ...args];
  const child = spawn(command, rest, { detached: true, stdio: ['ignore', 'ignore', 'pipe'], cwd: '/', ...programs.as });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) return resolve();
      const reason = output.split('\n').find((line) => line.includes('error:')) ?? output.trim().split('\n').at(-1);
      reject(new Failure(`The database cluster could not be created: ${reason}.`));
    });
  });
}
