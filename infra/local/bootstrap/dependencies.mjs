import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Failure } from './failure.mjs';
import { REPOSITORY } from './repository.mjs';

/** @import { Print } from './types.ts' */

/** What a package manager says when it cannot reach its registry. */
const UNREACHABLE = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT/;

/** Settings of npm's that lead to the registry; all others that npm hands down would change what the inner one does. */
const KEPT_SETTINGS = /^npm_config_(registry|.*proxy|noproxy|ca|cafile|cache|userconfig|globalconfig|strict_ssl)$/;

/** Refuses a Node.js that Rollcall does not run on. */
export function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new Failure(
    `Rollcall needs Node.js 20.19 or newer, and this is ${process.versions.node}: install a newer one.`,
  );
}

/**
 * Installs what the lockfile lists, unless that was done already.
 * @param {{ print: Print, force?: boolean, signal?: AbortSignal }} options
 */
export async function ensureDependencies({ print, force = false, signal }) {
  const stamp = path.join(REPOSITORY, 'node_modules/.rollcall-installed');
  const wanted = lockDigest();
  const isInstalled = existsSync(path.join(REPOSITORY, 'infra/local/node_modules/tsx'));
  if (!force && isInstalled && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  print('Installing dependencies (some 300 MB the first time, usually within a minute).');
  await install(print, signal);
  mkdirSync(path.dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
}

function lockDigest() {
  const hash = createHash('sha256');
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml']) hash.update(readFileSync(path.join(REPOSITORY, file)));
  return hash.digest('hex');
}

/**
 * @param {Print} print
 * @param {AbortSignal | undefined} signal
 * @returns {Promise<void>}
 */
function install(print, signal) {
  /** @type {{ packageManager: string }} */
  const manifest = JSON.parse(readFileSync(path.join(REPOSITORY, 'package.json'), 'utf8'));
  const args = ['-y', manifest.packageManager, 'install', '--frozen-lockfile', '--reporter=append-only'];
  const child = spawn('npx', args, {
    cwd: REPOSITORY,
    env: installEnvironment(process.env),
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(signal ? { signal, killSignal: 'SIGTERM' } : {}),
  });
  let output = '';
  let shownAt = Date.now();
  /** @param {string} text */
  const read = (text) => {
    output += text;
    const progress = text.split('\n').findLast((line) => line.startsWith('Progress:'));
    if (!progress || Date.now() - shownAt < 2_000) return;
    shownAt = Date.now();
    print(`  ${progress.trim()}`);
  };
  child.stdout.setEncoding('utf8').on('data', read);
  child.stderr.setEncoding('utf8').on('data', read);
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      reject(signal?.aborted ? error : new Failure(`npx could not be started (${error.message}): install npm.`));
    });
    child.once('close', (code) => (code === 0 ? resolve() : reject(installFailure(output))));
  });
}

/** @param {string} output */
function installFailure(output) {
  const file = path.join(tmpdir(), `rollcall-install-${process.pid}.log`);
  writeFileSync(file, output, { mode: 0o600 });
  if (UNREACHABLE.test(output)) {
    return new Failure(
      `The package registry could not be reached: check the network (or npm's registry and proxy settings) and try again (output: ${file}).`,
    );
  }
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const reason = lines.find((line) => /ERR_|\bERR!|error/i.test(line)) ?? lines.at(-1) ?? 'it said nothing';
  return new Failure(`Installing dependencies failed (${reason.trim()}): see ${file}.`);
}

/**
 * The environment of the inner package manager, without what an outer `npm start` or `npm install` put there.
 * @param {NodeJS.ProcessEnv} env
 */
export function installEnvironment(env) {
  const kept = Object.entries(env).filter(
    ([name]) => KEPT_SETTINGS.test(name) || !/^npm_(config|package|lifecycle|command|execpath|node)/.test(name),
  );
  return {
    ...Object.fromEntries(kept),
    // Without it pnpm may ask before it replaces a node_modules that is not its own.
    CI: 'true',
    // Fails within seconds without a network, instead of minutes.
    npm_config_fetch_retry_mintimeout: '1000',
    npm_config_fetch_retry_maxtimeout: '4000',
  };
}
