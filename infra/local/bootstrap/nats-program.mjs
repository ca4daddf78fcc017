import { execFile } from 'node:child_process';
import { accessSync, constants, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { Failure } from './failure.mjs';
import { FETCHED_PROGRAMS } from './repository.mjs';

/** @import { Environment, Print } from './types.ts' */

const PROGRAM = 'nats-server';

/** Debian keeps servers where an ordinary user's PATH does not lead. */
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/local/bin', '/usr/bin', '/opt/homebrew/bin'];

/**
 * The nats-server to run: the one that is named, else the first that is found, else Debian's, fetched without root.
 * @param {{ env: Environment, print: Print, fetched?: string }} given
 */
export async function ensureNatsProgram({ env, print, fetched = FETCHED_PROGRAMS }) {
  if (env.NATS_SERVER_BIN) {
    if (isExecutable(env.NATS_SERVER_BIN)) return env.NATS_SERVER_BIN;
    throw new Failure(`NATS_SERVER_BIN is ${env.NATS_SERVER_BIN}, which is not a program: correct or unset it.`);
  }
  return natsCandidates(env, fetched).find(isExecutable) ?? (await fetchFromDebian({ print, fetched }));
}

/**
 * Where a nats-server may be, in the order of preference.
 * @param {Environment} env
 * @param {string} fetched
 */
export function natsCandidates(env, fetched) {
  const onPath = (env.PATH ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  return [...new Set([...onPath, ...SYSTEM_FOLDERS, fetched])].map((folder) => path.join(folder, PROGRAM));
}

/**
 * Downloads Debian's package with apt in a folder of its own, which needs neither root nor a lock, and unpacks it.
 * apt verifies what it downloads as for any other package.
 * @param {{ print: Print, fetched: string }} given
 */
async function fetchFromDebian({ print, fetched }) {
  print('Fetching nats-server from Debian (once).');
  mkdirSync(fetched, { recursive: true });
  const work = mkdtempSync(path.join(fetched, 'fetching-'));
  try {
    for (const folder of ['lists/partial', 'archives/partial']) mkdirSync(path.join(work, folder), { recursive: true });
    const own = [`Dir::State=${work}`, `Dir::Cache=${work}`, 'Acquire::Languages=none', 'Acquire::http::Timeout=20'];
    const apt = own.flatMap((option) => ['-o', option]);
    // A source of the operator's that does not answer must not stand in the way of the ones that do.
    const updated = await attempt('apt-get', [...apt, '-q', 'update'], work);
    const downloaded = await attempt('apt-get', [...apt, '-q', 'download', PROGRAM], work);
    const packageFile = readdirSync(work).find((name) => name.endsWith('.deb'));
    if (downloaded || !packageFile) throw new Failure(notToBeHad(downloaded ?? updated));
    const unpacked = await attempt('dpkg-deb', ['-x', packageFile, 'unpacked'], work);
    if (unpacked) throw new Failure(notToBeHad(unpacked));
    const program = path.join(fetched, PROGRAM);
    renameSync(path.join(work, 'unpacked/usr/sbin', PROGRAM), program);
    return program;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** @param {string | undefined} reason */
function notToBeHad(reason) {
  return `There is no nats-server here and Debian's could not be fetched (${reason ?? 'apt found no package'}): install nats-server 2.9 or newer, or set NATS_SERVER_BIN to one, or NATS_URL to a running server.`;
}

/**
 * Why a command failed, or undefined.
 * @param {string} program
 * @param {string[]} args
 * @param {string} cwd
 */
async function attempt(program, args, cwd) {
  try {
    await promisify(execFile)(program, args, { cwd, timeout: 120_000, env: { ...process.env, LC_ALL: 'C' } });
    return undefined;
  } catch (error) {
    if (!(error instanceof Error)) return String(error);
    if ('code' in error && error.code === 'ENOENT') return `there is no ${program}`;
    const said = 'stderr' in error ? String(error.stderr) : '';
    const line = said.split('\n').find((text) => text.startsWith('E: ')) ?? error.message.split('\n')[0] ?? '';
    return line.replace(/^E: /, '').trim();
  }
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
