import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { errorCode, Failure } from './failure.mjs';
import { startedAt } from './processes.mjs';

/**
 * Where everything is, and what it was started as.
 *
 * @typedef {object} Announcement
 * @property {string} gateway
 * @property {string} [mail]
 * @property {string} nodeEnv
 * @property {string} publicUrl
 * @property {number} postgresPort 0 where the operator brought a database
 */

/**
 * `running.json` in a data folder tells which process has it, and, once it is up, where it answers. At most one process
 * may have a data folder.
 *
 * @typedef {{ pid: number, startedAt: string | undefined } & Partial<Announcement>} Running
 */

/**
 * Takes the data folder for this process.
 * @param {string} dataFolder
 * @returns {{ announce: (where: Announcement) => void, release: () => void }}
 */
export function takeDataFolder(dataFolder) {
  const file = path.join(dataFolder, 'running.json');
  /** @type {Running} */
  const mine = { pid: process.pid, startedAt: startedAt(process.pid) };
  const other = runningOn(dataFolder);
  if (other) throw alreadyRunning(dataFolder, other);
  rmSync(file, { force: true });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(mine)}\n`, { mode: 0o600 });
  try {
    // Of two that start at once, one fails here: a link is made whole or not at all.
    linkSync(draft, file);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    throw alreadyRunning(dataFolder, runningOn(dataFolder));
  } finally {
    rmSync(draft, { force: true });
  }
  return {
    announce: (where) => writeFileSync(file, `${JSON.stringify({ ...mine, ...where })}\n`),
    release: () => rmSync(file, { force: true }),
  };
}

/**
 * The process that has this data folder now; undefined when none has.
 * @param {string} dataFolder
 * @returns {Running | undefined}
 */
export function runningOn(dataFolder) {
  try {
    /** @type {Running} */
    const written = JSON.parse(readFileSync(path.join(dataFolder, 'running.json'), 'utf8'));
    const now = startedAt(written.pid);
    return now !== undefined && now === written.startedAt ? written : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param {string} dataFolder
 * @param {Running | undefined} other
 */
function alreadyRunning(dataFolder, other) {
  const who = other ? ` as process ${other.pid}` : '';
  return new Failure(
    `Rollcall is already running on ${dataFolder}${who}: stop it first, or give this one a folder of its own with --data.`,
  );
}
