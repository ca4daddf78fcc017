import path from 'node:path';
import { parseArgs } from 'node:util';
import { Failure } from './failure.mjs';
import { SERVICES } from './plan.mjs';
import { parsePort } from './ports.mjs';
import { REPOSITORY } from './repository.mjs';

/** @import { Environment, ServiceName } from './types.ts' */

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
    /** A process for each service, in so many replicas; undefined for all services in one process. */
    replicas: readReplicas(flags),
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
        separate: { type: 'boolean' },
        replicas: { type: 'string' },
      },
    }).values;
  } catch {
    throw new Failure(
      `"${args.join(' ')}" was not understood: the options are --data <folder>, --watch, --separate, --replicas <n or service=n,…>, --json and --fast.`,
    );
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
