import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { writeDown } from './leftovers.mjs';
import { signalProcess } from './processes.mjs';

/** @import { Exit, RunningServer } from './types.ts' */

/**
 * @typedef {object} ServerCommand
 * @property {string} name how people call it, such as "Postgres"
 * @property {string} dataFolder
 * @property {string[]} command the program and its arguments
 * @property {{ uid: number, gid: number } | undefined} [as]
 * @property {string} readyText what it writes to stderr once it serves
 * @property {NodeJS.Signals} politely the signal that makes it stop in good order
 * @property {NodeJS.Signals} firmly the signal that ends it at once, but safely
 */

/** Why a server did not come up, with what it last said. */
export class ServerDidNotStart extends Error {
  /** @override */
  name = 'ServerDidNotStart';

  /**
   * @param {string} server
   * @param {string} output
   * @param {string} logFile
   */
  constructor(server, output, logFile) {
    super(`${server} did not start`);
    this.output = output;
    this.logFile = logFile;
  }

  /** The line that tells most: the first fatal one, else the last. */
  get reason() {
    const lines = this.output.split('\n').filter((line) => line.trim() !== '');
    const line = lines.find((text) => /FATAL|\[FTL\]|PANIC/.test(text)) ?? lines.at(-1) ?? 'it said nothing';
    return line.replace(/^.*?(FATAL|\[FTL\]|PANIC):?\s*/, '').trim();
  }
}

/**
 * Starts a server and waits until it serves. It is in a process group of its own, so that Ctrl-C in the terminal does
 * not end it before those that use it.
 * @param {ServerCommand} server
 * @returns {Promise<RunningServer>}
 */
export async function startServer({ name, dataFolder, command, as, readyText, politely, firmly }) {
  const logFile = path.join(dataFolder, 'logs', `${name.toLowerCase()}.log`);
  mkdirSync(path.dirname(logFile), { recursive: true });
  const [program = '', ...args] = command;
  const child = spawn(program, args, { detached: true, stdio: ['ignore', 'ignore', 'pipe'], cwd: '/', ...as });
  const log = createWriteStream(logFile, { flags: 'a', mode: 0o600 });
  log.on('error', () => {});

  /** @type {Promise<Exit>} */
  const exited = new Promise((resolve) => {
    child.once('error', () => resolve({ code: null, signal: null }));
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const { pid } = child;
  const strikeOut = pid === undefined ? () => {} : writeDown(dataFolder, { name, pid, politely, firmly });
  let isGone = pid === undefined;
  void exited.then(() => {
    isGone = true;
    strikeOut();
  });

  let output = '';
  const ready = new Promise((resolve) => {
    child.stderr.setEncoding('utf8').on('data', (text) => {
      log.write(text);
      if (output.length > 100_000) return;
      output += text;
      if (output.includes(readyText)) resolve(true);
    });
    child.stderr.on('close', () => log.end());
  });

  /** @param {NodeJS.Signals} signal */
  const send = (signal) => {
    // The number of a process that is gone may belong to another one by now.
    if (pid !== undefined && !isGone) signalProcess(pid, signal);
  };
  const kill = () => send(firmly);
  const stop = async () => {
    send(politely);
    const gone = await Promise.race([exited, delay(10_000, undefined, { ref: false })]);
    if (!gone) kill();
    await exited;
  };
  const isUp = await Promise.race([ready, exited.then(() => false), delay(60_000, false, { ref: false })]);
  if (!isUp || pid === undefined) {
    await stop();
    throw new ServerDidNotStart(name, output, logFile);
  }
  return { pid, exited, stop, kill };
}

/**
 * What to put right before a program so that it gets a signal when this process dies, even by SIGKILL. Where there is no
 * setpriv, the next start stops what was left.
 * @param {NodeJS.Signals} signal
 */
export function dieWithUs(signal) {
  const setpriv = '/usr/bin/setpriv';
  return existsSync(setpriv) ? [setpriv, '--pdeathsig', signal.slice(3), '--'] : [];
}
