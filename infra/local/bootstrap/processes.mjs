import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** @param {number} pid */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  return process.platform !== 'linux' || procStat(pid) !== undefined;
}

/**
 * Signals a process that may be gone already.
 * @param {number} pid
 * @param {NodeJS.Signals} signal
 */
export function signalProcess(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone: what the signal was for.
  }
}

/**
 * Whether the process ended within the time.
 * @param {number} pid
 * @param {number} milliseconds
 */
export async function waitUntilGone(pid, milliseconds) {
  const deadline = Date.now() + milliseconds;
  while (isAlive(pid)) {
    if (Date.now() > deadline) return false;
    await delay(20);
  }
  return true;
}

/**
 * When a process was started, as a text that no other process with the same number has; undefined when there is none.
 * Process numbers are reused, so a number alone does not tell whether a process is still the one that was written down.
 * @param {number} pid
 */
export function startedAt(pid) {
  if (process.platform !== 'linux') return lstart(pid) || undefined;
  const ticks = procStat(pid)?.[19];
  if (ticks === undefined) return undefined;
  return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}:${ticks}`;
}

/**
 * The fields of /proc/<pid>/stat from the third, the state, on; undefined for a process that is gone, or dead and only
 * not yet collected by its parent, which still answers signals.
 * @param {number} pid
 */
function procStat(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in brackets, which may hold spaces and brackets itself.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields;
  } catch {
    return undefined;
  }
}

/** @param {number} pid */
function lstart(pid) {
  return (spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).stdout ?? '').trim();
}
