import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { keepRunning } from '../../local/bootstrap/kept-running.mjs';
import { spawnNode, tell } from '../../local/bootstrap/node-process.mjs';
import { REPOSITORY } from '../../local/bootstrap/repository.mjs';
import { composeEnvironment } from '../compose-env.mjs';
import { readComposeFile } from './compose-file.ts';
import { findImages, imageName, makeImages } from './images.ts';
import { type ServerOptions, startNats, startPostgres } from './servers.ts';

export interface RehearsalOptions extends Omit<ServerOptions, 'address'> {
  /** With the profile `replicas`. */
  readonly twice: boolean;
}

const composeFile = path.join(REPOSITORY, 'docker-compose.yml');

/** The images of every container, made ahead: it takes a minute or two. */
export const makeAllImages = (): void => makeImages(readComposeFile(composeFile, composeEnvironment()).services);

/** Starts everything in the order that the Compose file asks for; answers where it is. */
export const startRehearsal = async ({ dataFolder, twice, print, shutdown }: RehearsalOptions) => {
  mkdirSync(dataFolder, { recursive: true });
  const net = network();
  // As Compose has it: what stands in the environment goes before the file of variables.
  const variables: Readonly<Record<string, string | undefined>> = { ...secretsOf(dataFolder), ...process.env };
  const gatewayAddress = net.place('gateway');
  const publicUrl = `http://${gatewayAddress}:8080`;
  const file = readComposeFile(composeFile, { ...variables, PUBLIC_URL: publicUrl });
  const images = findImages();

  const postgres = await startPostgres({
    dataFolder,
    password: variables.POSTGRES_PASSWORD ?? '',
    address: net.place('postgres'),
    print,
    shutdown,
  });
  const nats = await startNats({
    dataFolder,
    service: file.services.nats,
    address: net.place('nats'),
    print,
    shutdown,
  });

  const wanted = Object.entries(file.services).filter(
    ([, { build, profiles = [] }]) => build && (profiles.length === 0 || (twice && profiles.includes('replicas'))),
  );
  const containers = wanted.map(([name, service]) => ({
    name,
    service,
    address: name === 'gateway' ? gatewayAddress : net.place(service.networks?.default.aliases[0] ?? name),
  }));
  /** Only by what the Compose file and the image say, beside what stands for the network. */
  const run = ({ name, service, address }: (typeof containers)[number]) => {
    const image = images.get(imageName(service));
    if (!image) throw new Error(`${name} has no image`);
    const [, ...args] = service.command ?? image.command;
    // Each container has a /tmp to itself, which goes with it.
    const temporary = path.join(dataFolder, 'tmp', name);
    rmSync(temporary, { recursive: true, force: true });
    mkdirSync(temporary, { recursive: true });
    const env = {
      ...image.environment,
      ...service.environment,
      ...net.variablesOf(address),
      PATH: process.env.PATH ?? '',
      TMPDIR: temporary,
    };
    return spawnNode({ name, dataFolder, args: args.map((arg) => fileIn(image.folder, arg)), env, output: 2 });
  };

  const migration = run(pick(containers, 'migrate'));
  const { code, signal } = await migration.exited;
  if (code !== 0) throw new Error(`migrate ended with ${tell({ code, signal })}`);
  for (const container of containers.filter(({ name }) => name !== 'migrate')) {
    const start = async () => {
      const { pid, exited, stop, kill } = run(container);
      if (pid === undefined) throw new Error(`${container.name} could not be started`);
      return { pid, exited, stop, kill };
    };
    await shutdown.begin(keepRunning({ name: container.name, start, print }));
  }
  const gateways = containers
    .filter(({ name }) => /^gateway/.test(name))
    .map(({ address }) => `http://${address}:8080`);
  for (const gateway of gateways) await untilReady(gateway, shutdown.signal);
  const [mailAddress = ''] = net.addressesOf('mail');
  return {
    ready: true,
    gateway: gateways[0],
    moreGateways: gateways.slice(1),
    mail: `http://${mailAddress}:8025`,
    setupToken: variables.ROLLCALL_SETUP_TOKEN ?? null,
    postgres: postgres.ownerUrl,
    nats,
    hostPid: process.pid,
    postgresPid: postgres.pid,
  };
};

/** Every process has an address of the loopback network to itself; a name stands for all that share it. */
const network = () => {
  const names: Record<string, string[]> = {};
  // Two rehearsals at once do not meet.
  const subnet = 16 + (process.pid % 200);
  let last = 1;
  return {
    place: (name: string): string => {
      const address = `127.${subnet}.${(process.pid >> 8) & 255}.${++last}`;
      names[name] = [...(names[name] ?? []), address];
      return address;
    },
    addressesOf: (name: string): readonly string[] => names[name] ?? [],
    variablesOf: (address: string) => ({
      REHEARSAL_NAMES: JSON.stringify(names),
      REHEARSAL_ADDRESS: address,
      NODE_OPTIONS: `--import=${path.join(import.meta.dirname, 'names.mjs')}`,
    }),
  };
};

/** As with a `.env` beside the Compose file: made once, because what the database holds opens only with them. */
const secretsOf = (dataFolder: string): Readonly<Record<string, string>> => {
  const file = path.join(dataFolder, 'env.json');
  if (!existsSync(file)) writeFileSync(file, JSON.stringify(composeEnvironment()), { mode: 0o600 });
  return JSON.parse(readFileSync(file, 'utf8'));
};

/** The paths of a command are those of its image. */
const fileIn = (folder: string, argument: string): string =>
  existsSync(path.join(folder, argument)) ? path.join(folder, argument) : argument;

const pick = <T extends { readonly name: string }>(all: readonly T[], name: string): T => {
  const found = all.find((one) => one.name === name);
  if (!found) throw new Error(`docker-compose.yml has no service ${name}`);
  return found;
};

const untilReady = async (gateway: string, signal: AbortSignal): Promise<void> => {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline && !signal.aborted) {
    const answer = await fetch(`${gateway}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
    await delay(100);
  }
  throw new Error(`${gateway} did not get ready`);
};
