import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Failure } from './failure.mjs';

/** @import { Secrets } from './types.ts' */

const NAMES = /** @type {const} */ ([
  'postgresPassword',
  'natsToken',
  'root',
  'authKeyEncryption',
  'registrationKeyEncryption',
]);

/**
 * The secrets of a data folder, made at its first use. A damaged file is never replaced: the database's password and the
 * keys of everything encrypted are in it.
 * @param {string} dataFolder
 * @returns {Secrets}
 */
export function loadSecrets(dataFolder) {
  const file = path.join(dataFolder, 'secrets.json');
  if (!existsSync(file)) {
    if (existsSync(path.join(dataFolder, 'postgres'))) {
      throw new Failure(
        `${file} is missing though ${dataFolder} holds data that only opens with it: put it back from a backup, or move ${dataFolder} away to begin anew.`,
      );
    }
    return createSecrets(file);
  }
  const secrets = parseSecrets(readFileSync(file, 'utf8'));
  if (!secrets) {
    throw new Failure(
      `${file} is damaged: put it back from a backup, or move ${dataFolder} away to begin anew without its data.`,
    );
  }
  chmodSync(file, 0o600);
  return secrets;
}

/**
 * @param {string} text
 * @returns {Secrets | undefined}
 */
export function parseSecrets(text) {
  /** @type {unknown} */
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = /** @type {Record<string, unknown>} */ (value);
  const whole = fields.version === 1 && NAMES.every((name) => is32Bytes(fields[name]));
  return whole ? /** @type {Secrets} */ (value) : undefined;
}

/** @param {unknown} value */
function is32Bytes(value) {
  return typeof value === 'string' && /^[\w-]{43}$/.test(value);
}

/** @returns {Secrets} */
export function newSecrets() {
  const random = () => randomBytes(32).toString('base64url');
  return {
    version: 1,
    postgresPassword: random(),
    natsToken: random(),
    root: random(),
    authKeyEncryption: random(),
    registrationKeyEncryption: random(),
  };
}

/** @param {string} file */
function createSecrets(file) {
  const secrets = newSecrets();
  // Renamed into place, so that a kill half way leaves no damaged file behind.
  writeFileSync(`${file}.new`, `${JSON.stringify(secrets, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return secrets;
}
