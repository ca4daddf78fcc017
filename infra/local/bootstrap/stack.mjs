import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { checkDatabase, ensureDatabase } from './database.mjs';
import { errorCode, Failure } from './failure.mjs';
import { keepRunning } from './kept-running.mjs';
import { stopLeftovers } from './leftovers.mjs';
import { MAIL_PAGE, startMailCatcher } from './mail-catcher.mjs';
import { natsStoreFolder, startNats } from './nats.mjs';
import { ensureNatsProgram } from './nats-program.mjs';
import { createPlan, isDevelopersMachine, ownerUrl } from './plan.mjs';
import { claimPort, freePort } from './ports.mjs';
import { isPassing, preparePostgres } from './postgres.mjs';
import { takeDataFolder } from './running.mjs';
import { screen, warnings } from './screen.mjs';
import { loadSecrets } from './secrets.mjs';
import { runSeparately } from './separate.mjs';
import { runServices } from './services.mjs';

/** @import { Options } from './options.mjs' */
/** @import { prepareShutdown } from './shutdown.mjs' */
/** @import { Environment, Print, RunningServer, Secrets } from './types.ts' */

/**
 * @typedef {object} Surroundings
 * @property {Options} options
 * @property {Environment} env
 * @property {Print} print
 * @property {ReturnType<typeof prepareShutdown>} shutdown
 */

/**
 * Starts all parts, in the order in which they need one another; answers what to show.
 * @param {Surroundings} surroundings
 */
export async function startStack({ options, env, print, shutdown }) {
  const { dataFolder } = options;
  const folder = await openDataFolder({ dataFolder, print, shutdown });
  const secrets = loadSecrets(dataFolder);
  const gatewayPort = await claimPort(options.gatewayPort, { variable: 'PORT', purpose: 'the gateway' });
  // Only looked at here, before anything takes time; the mail catcher opens it, and says the same should it be lost.
  if (!options.smtpUrl) await claimPort(options.mailPort, MAIL_PAGE);
  const { replicas, watch } = options;
  const output = options.json ? 2 : 1;
  const services = replicas
    ? runSeparately({ dataFolder, output, replicas, print })
    : runServices({ dataFolder, output, watch, print, onDeath: () => void shutdown.stop(1) });

  // What stops last begins first: the services go before all that they use.
  const database = beginDatabase({ options, env, print, shutdown, secrets });
  const nats = beginNats({ options, env, print, shutdown, secrets });
  const mail = options.smtpUrl
    ? undefined
    : shutdown.begin(startMailCatcher({ pagePort: options.mailPort, folder: path.join(dataFolder, 'mail') }));
  shutdown.begin(Promise.resolve(services));

  // Each is registered with the shutdown, which waits for all of them should one fail.
  const [postgresUp, natsUp, mailUp] = await Promise.all([database, nats, mail]);
  shutdown.signal.throwIfAborted();

  const ports = {
    gateway: gatewayPort,
    postgres: postgresUp?.port ?? 0,
    nats: natsUp?.port ?? 0,
    smtp: mailUp?.smtpPort ?? 0,
  };
  const plan = createPlan({ secrets, ports, env });
  const { gatewayUrl: gateway, moreGateways = [], bootstrapped } = await services.start(plan);
  shutdown.signal.throwIfAborted();

  const mailUrl = mailUp && `http://127.0.0.1:${mailUp.pagePort}`;
  const natsUrl = plan.environment.gateway.NATS_URL ?? '';
  const { NODE_ENV: nodeEnv = '', PUBLIC_URL: publicUrl = '' } = plan.environment.gateway;
  folder.announce({ gateway, ...(mailUrl ? { mail: mailUrl } : {}), nodeEnv, publicUrl, postgresPort: ports.postgres });
  const setupToken = bootstrapped ? undefined : plan.environment['role-permission'].ROLLCALL_SETUP_TOKEN;
  if (!options.json) {
    const addresses = { gateway, moreGateways, mail: mailUrl, postgres: plan.databaseOwnerUrl, nats: natsUrl };
    // One that the operator chose is not for the screen.
    const shownToken = env.ROLLCALL_SETUP_TOKEN ? undefined : setupToken;
    const first = { anyoneMayBe: isDevelopersMachine(env), bootstrapped, setupToken: shownToken };
    return screen(addresses, first, warnings(env), options);
  }
  return JSON.stringify({
    ready: true,
    gateway,
    moreGateways,
    mail: mailUrl ?? null,
    setupToken: setupToken ?? null,
    postgres: plan.databaseOwnerUrl,
    nats: {
      url: natsUrl,
      token: plan.environment.gateway.NATS_TOKEN ?? null,
      pid: natsUp?.pid ?? null,
      storeDir: natsUp ? natsStoreFolder(dataFolder) : null,
    },
    hostPid: services.pid,
    postgresPid: postgresUp?.pid ?? null,
  });
}

/** @param {{ dataFolder: string } & Pick<Surroundings, 'print' | 'shutdown'>} given */
async function openDataFolder({ dataFolder, print, shutdown }) {
  try {
    mkdirSync(dataFolder, { recursive: true, mode: 0o755 });
    const folder = takeDataFolder(dataFolder);
    shutdown.begin(Promise.resolve({ stop: folder.release, kill: folder.release }));
    await stopLeftovers(dataFolder, print);
    keepLastLogs(path.join(dataFolder, 'logs'));
    return folder;
  } catch (error) {
    const code = errorCode(error);
    if (!code) throw error;
    throw new Failure(
      `The data folder ${dataFolder} cannot be written to (${code}): correct its owner and rights, or choose another with --data.`,
    );
  }
}

/**
 * The logs of the run before are what tells why it ended; of those before it, nothing.
 * @param {string} folder
 */
function keepLastLogs(folder) {
  rmSync(`${folder}.previous`, { recursive: true, force: true });
  if (existsSync(folder)) renameSync(folder, `${folder}.previous`);
}

/** @param {Surroundings & { secrets: Secrets }} given */
async function beginDatabase({ options, env, print, shutdown, secrets }) {
  const { dataFolder, fast } = options;
  if (options.databaseUrl) {
    await checkDatabase(options.databaseUrl);
    return undefined;
  }
  const preparing = preparePostgres({ dataFolder, password: secrets.postgresPassword, fast, print });
  const server = await shutdown.begin(preparing.then((start) => startOnFreePort({ name: 'Postgres', start, print })));
  await ensureDatabase(ownerUrl({ secrets, ports: { postgres: server.port }, env }));
  return server;
}

/** @param {Surroundings & { secrets: Secrets }} given */
async function beginNats({ options, env, print, shutdown, secrets }) {
  if (options.natsUrl) return undefined;
  const { dataFolder } = options;
  const starting = ensureNatsProgram({ env, print }).then((program) =>
    startOnFreePort({
      name: 'NATS',
      start: (port) => startNats({ program, dataFolder, token: secrets.natsToken, port }),
      print,
    }),
  );
  return shutdown.begin(starting);
}

/**
 * Starts a server on a port that is free now, and keeps it running there.
 * @param {{ name: string, start: (port: number) => Promise<RunningServer>, print: Print }} given
 */
async function startOnFreePort({ name, start, print }) {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    try {
      const server = await keepRunning({ name, start: () => start(port), print });
      return { ...server, port };
    } catch (error) {
      if (attempt === 3 || !isPassing(error)) throw error;
    }
  }
}
