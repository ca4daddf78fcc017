import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { billingSecret } from './billing.ts';
import { identityProviderEnvironment } from './identity-providers.ts';
import { playedNameServer } from './name-server.ts';

const repository = resolve(import.meta.dirname, '../../..');

export interface Stack {
  /** Where the gateway answers. */
  readonly gateway: string;
  /** Where the other replicas of the gateway answer. */
  readonly moreGateways: readonly string[];
  /** Where the mail catcher's page and API are. */
  readonly mail: string;
  /** In production, until there is an administrator: what to sign up with to become it. */
  readonly setupToken: string | null;
  /** The owner's URL of the database, to look at what no service may. */
  readonly postgres: string;
  readonly nats: { readonly url: string; readonly token: string; readonly pid: number; readonly storeDir: string };
  readonly hostPid: number;
  readonly postgresPid: number;
  /** The process that `npm start` runs. */
  readonly launcherPid: number;
  readonly dataFolder: string;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface StackOptions {
  /** Keeps data between two stacks of the same folder; a fresh temporary one unless told. */
  readonly dataFolder?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Real durability; off unless told, since most specs pull no plug. */
  readonly durable?: boolean;
  /**
   * A process for each service, in so many replicas as `npm start -- --replicas` takes; all services in one process unless
   * told. The variable `STACK_REPLICAS` tells for all stacks that do not say.
   */
  readonly replicas?: string;
  /** Another launcher, such as the rehearsal of docker-compose.yml, that says where everything is in the same way. */
  readonly launcher?: string;
  /** Gets what the services log, line by line; it goes to this process's standard error unless told. */
  readonly onLog?: (line: string) => void;
}

/** For every stack that does not say. */
const usualLauncher = process.env.STACK_LAUNCHER || 'infra/local/start.mjs';

/** Starts everything that `npm start` starts, on free ports and in a folder of its own, and waits until it is ready. */
export const startStack = async (options: StackOptions = {}): Promise<Stack> => {
  const dataFolder = options.dataFolder ?? (await mkdtemp(join(tmpdir(), 'rollcall-stack-')));
  const { replicas = process.env.STACK_REPLICAS } = options;
  const apart = replicas === undefined || replicas === '' ? [] : ['--replicas', replicas];
  const flags = ['--data', dataFolder, '--json', ...(options.durable ? [] : ['--fast']), ...apart];
  const launcher = spawn(process.execPath, [join(repository, options.launcher ?? usualLauncher), ...flags], {
    cwd: repository,
    env: {
      ...process.env,
      NODE_ENV: 'development',
      LOG_LEVEL: 'error',
      PORT: '0',
      MAIL_PORT: '0',
      BILLING_SECRET: billingSecret,
      ...(await identityProviderEnvironment()),
      DNS_SERVERS: (await playedNameServer()).address,
      ...options.environment,
    },
    stdio: ['ignore', 'pipe', options.onLog ? 'pipe' : 'inherit'],
  });
  if (options.onLog && launcher.stderr) createInterface({ input: launcher.stderr }).on('line', options.onLog);
  const ready = await readyLine(launcher);
  const stop = async () => {
    await ended(launcher, 'SIGTERM');
    if (options.dataFolder === undefined) await rm(dataFolder, { recursive: true, force: true });
  };
  return { ...ready, launcherPid: launcher.pid ?? 0, dataFolder, stop, [Symbol.asyncDispose]: stop };
};

type Ready = Omit<Stack, 'stop' | typeof Symbol.asyncDispose | 'launcherPid' | 'dataFolder'>;

const readyLine = (launcher: ChildProcess): Promise<Ready> =>
  new Promise((found, failed) => {
    if (!launcher.stdout) throw new Error('the launcher has no output');
    const said: string[] = [];
    createInterface({ input: launcher.stdout }).on('line', (line) => {
      said.push(line);
      if (line.startsWith('{"ready":true')) found(JSON.parse(line));
    });
    launcher.once('exit', (code) => failed(new Error(`the stack ended with ${code}: ${said.join('\n')}`)));
  });

const ended = (launcher: ChildProcess, signal: NodeJS.Signals): Promise<void> =>
  new Promise((done) => {
    if (launcher.exitCode !== null || launcher.signalCode !== null) return done();
    launcher.once('exit', () => done());
    launcher.kill(signal);
  });
