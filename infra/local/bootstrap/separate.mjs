import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from './failure.mjs';
import { keepRunning } from './kept-running.mjs';
import { spawnNode, tell } from './node-process.mjs';
import { environmentOf, SERVICES } from './plan.mjs';
import { freePort } from './ports.mjs';
import { REPOSITORY } from './repository.mjs';
import { runTool } from './tool.mjs';

/** @import { Plan, Print, Readiness, RunningServer, ServiceName } from './types.ts' */

/** Loading, and connecting to what is up by then. */
const STARTING_MS = 30_000;

/**
 * One process of a service.
 * @typedef {{ name: string, service: ServiceName, port: number }} Replica
 */

/**
 * Runs each service as processes of its own, by the very files that are shipped, and starts again what dies.
 * @param {{ dataFolder: string, output: 1 | 2, replicas: Record<ServiceName, number>, print: Print }} given
 */
export function runSeparately({ dataFolder, output, replicas, print }) {
  /** @type {{ service: ServiceName, stop: () => Promise<void>, kill: () => void }[]} */
  const running = [];
  let isStopping = false;

  /**
   * @param {Replica} replica
   * @param {Record<string, string>} env
   */
  const keep = async ({ name, service }, env) => {
    const file = path.join(REPOSITORY, 'services', service, 'dist/main.js');
    const server = await keepRunning({
      name,
      start: () => startService({ name, dataFolder, file, env, output }),
      print,
    });
    running.push({ ...server, service });
    // What came up while everything was being stopped is one too many.
    if (isStopping) await server.stop();
  };

  /** @param {(server: (typeof running)[number]) => boolean} which */
  const stopThose = (which) => Promise.all(running.filter(which).map((server) => server.stop()));

  return {
    pid: process.pid,
    /**
     * Resolves once all services are up.
     * @param {Plan} plan
     * @returns {Promise<Readiness>}
     */
    start: async (plan) => {
      await buildServices(print);
      const { tsImport } = await import('tsx/esm/api');
      /** @type {typeof import('../src/preparation.ts')} */
      const { migrateAll, readBootstrappedAt } = await tsImport('../src/preparation.ts', import.meta.url);
      await migrateAll(plan);
      const all = await placeReplicas(replicas, Number(plan.environment.gateway.PORT));
      const urls = serviceUrls(all);
      const isGateway = (/** @type {Replica} */ { service }) => service === 'gateway';
      const startThose = (/** @type {Replica[]} */ these) =>
        Promise.all(these.map((replica) => keep(replica, environmentOf(plan, { ...replica, urls }))));
      await startThose(all.filter((replica) => !isGateway(replica)));
      await startThose(all.filter(isGateway));
      const gatewayUrls = all.filter(isGateway).map(({ port }) => `http://127.0.0.1:${port}`);
      return {
        gatewayUrl: gatewayUrls[0] ?? '',
        moreGateways: gatewayUrls.slice(1),
        bootstrapped: await readBootstrappedAt(plan, urls),
      };
    },
    stop: async () => {
      isStopping = true;
      // The gateways first: what they have taken is finished by the others, which are still there.
      await stopThose(({ service }) => service === 'gateway');
      await stopThose(() => true);
    },
    kill: () => {
      isStopping = true;
      for (const server of running) server.kill();
    },
  };
}

/** @param {Print} print */
async function buildServices(print) {
  let output = '';
  const code = await runTool(['turbo', 'run', 'build', '--output-logs=errors-only'], {
    cwd: REPOSITORY,
    capture: (text) => {
      output += text;
    },
  });
  if (code === 0) return;
  print(output);
  throw new Failure('The services could not be built: the output above says why.');
}

/**
 * @param {Record<ServiceName, number>} replicas
 * @param {number} gatewayPort
 * @returns {Promise<Replica[]>}
 */
async function placeReplicas(replicas, gatewayPort) {
  /** @type {Replica[]} */
  const all = [];
  for (const service of SERVICES) {
    for (let number = 1; number <= replicas[service]; number++) {
      const isMainGateway = service === 'gateway' && number === 1;
      const name = number === 1 ? service : `${service} ${number}`;
      all.push({ name, service, port: isMainGateway ? gatewayPort : await freePort() });
    }
  }
  return all;
}

/**
 * @param {readonly Replica[]} all
 * @returns {string} as `SERVICE_URLS` wants it
 */
function serviceUrls(all) {
  return SERVICES.filter((service) => service !== 'gateway')
    .map((service) => {
      const urls = all.filter((replica) => replica.service === service).map(({ port }) => `http://127.0.0.1:${port}`);
      return `${service}=${urls.join('|')}`;
    })
    .join(',');
}

/**
 * @param {{ name: string, dataFolder: string, file: string, env: Record<string, string>, output: 1 | 2 }} given
 * @returns {Promise<RunningServer>}
 */
async function startService({ name, dataFolder, file, env, output }) {
  const {
    onMessage,
    tell: _,
    ...started
  } = spawnNode({ name, dataFolder, args: ['--enable-source-maps', file], env, output });
  const ready = new Promise((resolve) => onMessage((message) => message === 'ready' && resolve(true)));
  const isUp = await Promise.race([ready, started.exited.then(() => false), delay(STARTING_MS, false, { ref: false })]);
  const { pid } = started;
  if (isUp && pid !== undefined) return { ...started, pid };
  started.kill();
  throw new Failure(`The service ${name} did not start (${tell(await started.exited)}).`);
}
