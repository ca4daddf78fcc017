import path from 'node:path';
import { parseArgs } from 'node:util';
import { Failure } from './failure.mjs';
import { SERVICES } from './plan.mjs';
import { parsePort } from './ports.mjs';
import { REPOSITORY } from './repository.mjs';

/** @import { Environment, ServiceName } from './types.ts' */

/** @typedef {ReturnType<typeof readOptions>} Options */

export const HELP = `npm start -- [options]

  --data <folder>       where everything is kept (default .data)
  --watch               start the services again when their sources change
  --separate            a process for each service instead of one for all
  --replicas <n>        the same, with so many processes of each service, or of some: auth=2,gateway=2
  --json                one line of JSON instead of the screen, for programs
  --fast                without durability, for tests

What it reads from the environment stands in the README under "Configuration".`;

const NODE_ENVS = ['development', 'test', 'production'];
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'];

/**
 * What the operator asked for on the command line and in the environment.
 * @param {string[]} args
 * @param {Environment} env
 */
export function readOptions(args, env) {
  const flags = readFlags(args);
  checkVariables(env);
  return {
    help: flags.help ?? false,
    dataFolder: flags.data === undefined ? path.join(REPOSITORY, '.data') : path.resolve(flags.data),
    json: flags.json ?? false,
    /** Trades durability for speed: for tests only. */
    fast: flags.fast ?? false,
    watch: flags.watch ?? false,
    /** A process for each service, in so many replicas; undefined for all services in one process. */
    replicas: readReplicas(flags),
    gatewayPort: parsePort(env.PORT, 8080, 'PORT'),
    mailPort: parsePort(env.MAIL_PORT, 8025, 'MAIL_PORT'),
    databaseUrl: readUrl(env, 'DATABASE_URL', ['postgres:', 'postgresql:']),
    natsUrl: env.NATS_URL || undefined,
    smtpUrl: readUrl(env, 'SMTP_URL', ['smtp:', 'smtps:']),
  };
}

/**
 * What every service would refuse, said once, and before anything starts.
 * @param {Environment} env
 */
function checkVariables({ NODE_ENV, LOG_LEVEL, PUBLIC_URL }) {
  const problems = [
    ...(!NODE_ENV || NODE_ENVS.includes(NODE_ENV)
      ? []
      : [`NODE_ENV is "${NODE_ENV}": it must be one of ${NODE_ENVS.join(', ')}.`]),
    ...(!LOG_LEVEL || LOG_LEVELS.includes(LOG_LEVEL)
      ? []
      : [`LOG_LEVEL is "${LOG_LEVEL}": it must be one of ${LOG_LEVELS.join(', ')}.`]),
    ...(!PUBLIC_URL || (URL.canParse(PUBLIC_URL) && /^https?:$/.test(new URL(PUBLIC_URL).protocol))
      ? []
      : [`PUBLIC_URL is "${PUBLIC_URL}": it must be a URL such as https://people.example.com.`]),
  ];
  if (problems.length > 0) throw new Failure(problems.join('\n'));
}

/** @param {string[]} args */
function readFlags(args) {
  try {
    return parseArgs({
      args,
      options: {
        help: { type: 'boolean', short: 'h' },
        data: { type: 'string' },
        json: { type: 'boolean' },
        fast: { type: 'boolean' },
        watch: { type: 'boolean' },
        separate: { type: 'boolean' },
        replicas: { type: 'string' },
      },
    }).values;
  } catch {
    throw new Failure(`"${args.join(' ')}" was not understood.\n\n${HELP}`);
  }
}

/**
 * @param {{ separate?: boolean, replicas?: string, watch?: boolean }} flags
 * @returns {Record<ServiceName, number> | undefined}
 */
function readReplicas({ separate = false, replicas, watch = false }) {
  if (!separate && replicas === undefined) return undefined;
  if (watch) throw new Failure('--watch works with all services in one process only: leave out --separate.');
  /** @param {number} count */
  const each = (count) =>
    /** @type {Record<ServiceName, number>} */ (Object.fromEntries(SERVICES.map((service) => [service, count])));
  if (replicas === undefined) return each(1);
  if (/^[1-9]$/.test(replicas)) return each(Number(replicas));
  const wanted = replicas.split(',').map((pair) => /^([a-z-]+)=([1-9])$/.exec(pair)?.slice(1) ?? []);
  if (!wanted.every(([service]) => SERVICES.some((known) => known === service))) {
    throw new Failure(
      `--replicas is "${replicas}": it must be a number from 1 to 9, or service=number pairs such as auth=2,gateway=2.`,
    );
  }
  return { ...each(1), ...Object.fromEntries(wanted.map(([service, count]) => [service, Number(count)])) };
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
