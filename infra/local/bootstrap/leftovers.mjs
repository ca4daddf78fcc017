import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Failure } from './failure.mjs';
import { signalProcess, startedAt, waitUntilGone } from './processes.mjs';

/** @import { Print } from './types.ts' */

/**
 * A process that was started for a data folder, as written down in its folder `processes`.
 *
 * @typedef {{ name: string, pid: number, startedAt: string | undefined, politely: NodeJS.Signals, firmly: NodeJS.Signals }} Started
 */

/**
 * Writes a process down, so that the next run finds it should this one be killed.
 * @param {string} dataFolder
 * @param {Omit<Started, 'startedAt'>} started
 * @returns {() => void} strikes it out again
 */
export function writeDown(dataFolder, started) {
  const folder = path.join(dataFolder, 'processes');
  const file = path.join(folder, `${started.pid}.json`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, JSON.stringify({ ...started, startedAt: startedAt(started.pid) }));
  return () => rmSync(file, { force: true });
}

/**
 * The processes of an earlier run that still run.
 * @param {string} dataFolder
 */
export function findLeftovers(dataFolder) {
  const folder = path.join(dataFolder, 'processes');
  /** @type {Started[]} */
  const found = [];
  for (const name of listFolder(folder)) {
    const started = readStarted(path.join(folder, name));
    // The number may belong to somebody else's process by now: the time it was started tells.
    if (started?.startedAt !== undefined && started.startedAt === startedAt(started.pid)) found.push(started);
  }
  return found;
}

/**
 * Stops what an earlier run that was killed left behind: its servers would hold their locks and ports.
 * Call it only while holding the data folder.
 * @param {string} dataFolder
 * @param {Print} print
 */
export async function stopLeftovers(dataFolder, print) {
  for (const left of findLeftovers(dataFolder)) {
    print(`Stopping ${left.name} of an earlier run (process ${left.pid}).`);
    signalProcess(left.pid, left.politely);
    if (await waitUntilGone(left.pid, 10_000)) continue;
    signalProcess(left.pid, left.firmly);
    if (await waitUntilGone(left.pid, 5_000)) continue;
    throw new Failure(`${left.name} of an earlier run does not stop: end process ${left.pid} and start again.`);
  }
  rmSync(path.join(dataFolder, 'processes'), { recursive: true, force: true });
}

/** @param {string} folder */
function listFolder(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/**
 * @param {string} file
 * @returns {Started | undefined}
 */
function readStarted(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
