import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { launchHost } from '../../local/bootstrap/host.mjs';
import { pinSelf } from '../pin.ts';
import { type Platform, startPlatform } from '../platform.ts';
import type { Row } from '../report.ts';
import { inTurn } from '../rounds.ts';
import { startServer } from '../server.ts';

const idleMilliseconds = 4_000;

const residentMegabytes = (pid: number): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024;

const timeEmptyNode = async (): Promise<number> => {
  const began = performance.now();
  await new Promise((resolve) => spawn(process.execPath, ['-e', '0']).once('exit', resolve));
  return performance.now() - began;
};

const measureBareHono = async (): Promise<number> => {
  const server = await startServer('servers/bare-hono.mjs', { core: 'any' });
  await delay(idleMilliseconds);
  const megabytes = residentMegabytes(server.pid);
  await server.stop();
  return megabytes;
};

const measureHost = async ({ folder, plan }: Platform, sizes: number[]): Promise<number> => {
  const began = performance.now();
  const host = launchHost({ dataFolder: folder, output: 2 });
  await host.start(plan);
  const milliseconds = performance.now() - began;
  await delay(idleMilliseconds);
  sizes.push(residentMegabytes(host.pid ?? 0));
  await host.stop();
  return milliseconds;
};

export const measure = async (): Promise<Row> => {
  pinSelf('any');
  const platform = await startPlatform();
  const sizes: number[] = [];
  const values = await inTurn({
    empty: timeEmptyNode,
    hono: measureBareHono,
    host: () => measureHost(platform, sizes),
  });
  await platform.stop();
  pinSelf('other');
  return {
    number: 18,
    title: 'Footprint',
    about: 'One process hosting all eight services; database and NATS are up before, and their memory is not counted.',
    comparisons: [
      {
        what: 'process start to last service listening',
        unit: 'ms',
        ours: values.host,
        baseline: '`node -e 0`',
        theirs: values.empty,
        target: { atMost: 10 },
      },
      {
        what: 'resident when idle',
        unit: 'MB',
        ours: sizes.slice(1),
        baseline: 'bare hono',
        theirs: values.hono,
        target: { atMost: 4 },
      },
    ],
    cause:
      'half of it is compiling and setting up libraries, before anything of ours runs: Node.js 20 keeps nothing of that ' +
      'from one start to the next.',
  };
};
