import path from 'node:path';
import { parseArgs } from 'node:util';
import { Failure } from './failure.mjs';
import { parsePort } from './ports.mjs';
import { REPOSITORY } from './repository.mjs';

/** @import { Environment } from './types.ts' */

/** @typedef {ReturnType<typeof readOptions>} Options */

/**
 * What the operator asked for on the command line and in the environment.
 * @param {string[]} args
 * @param {Environment} env
 */
export function readOptions(args, env) {
  const flags = readFlags(args);
  return {
    dataFolder: flags.data === undefined ? path.join(REPOSITORY, '.data') : path.resolve(flags.data),
    json: flags.json ?? false,
    /** Trades durability for speed: for tests only. */
    fast: flags.fast ?? false,
    watch: flags.watch ?? false,
    gatewayPort: parsePort(env.PORT, 8080, 'PORT'),
    mailPort: parsePort(env.MAIL_PORT, 8025, 'MAIL_PORT'),
    databaseUrl: readUrl(env, 'DATABASE_URL', ['postgres:', 'postgresql:']),
    natsUrl: env.NATS_URL || undefined,
    smtpUrl: readUrl(env, 'SMTP_URL', ['smtp:', 'smtps:']),
  };
}

/** @param {string[]} args */
function readFlags(args) {
  try {
    return parseArgs({
      args,
      options: {
        data: { type: 'string' },
        json: { type: 'boolean' },
        fast: { type: 'boolean' },
        watch: { type: 'boolean' },
      },
    }).values;
  } catch {
    throw new Failure(
      `"${args.join(' ')}" was not understood: the options are --data <folder>, --watch, --json and --fast.`,
    );
  }
}

/**
 * @param {Environment} env
 * @param {string} name
 * @param {string[]} protocols
 */
function readUrl(env, name, protocols) {
  const value = env[name];
  if (!value) return undefined;
  if (!URL.canParse(value) || !protocols.includes(new URL(value).protocol)) {
    throw new Failure(`${name} is not a URL that starts with ${protocols[0]}//.`);
  }
  return value;
}
