// How long the one process that hosts all services takes to start, and how much memory it holds when idle, beside the
// least that Node and hono need in the same run. Database and NATS are up before; their memory is not counted.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ensureDatabase } from '../local/bootstrap/database.mjs';
import { launchHost } from '../local/bootstrap/host.mjs';
import { startNats } from '../local/bootstrap/nats.mjs';
import { ensureNatsProgram } from '../local/bootstrap/nats-program.mjs';
import { createPlan } from '../local/bootstrap/plan.mjs';
import { freePort } from '../local/bootstrap/ports.mjs';
import { preparePostgres } from '../local/bootstrap/postgres.mjs';
import { newSecrets } from '../local/bootstrap/secrets.mjs';

const rounds = 5;
const idleMilliseconds = 4_000;

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const rangeOf = (numbers, unit) => {
  const round = (number) => number.toFixed(0);
  return `${round(median(numbers))} ${unit} (${round(Math.min(...numbers))} to ${round(Math.max(...numbers))})`;
};

const residentMegabytes = (pid) =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

const timeEmptyNode = async () => {
  const began = performance.now();
  await new Promise((resolve) => spawn(process.execPath, ['-e', '0']).once('exit', resolve));
  return performance.now() - began;
};

const measureBareHono = async () => {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'bare-hono.mjs')], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await new Promise((resolve) => child.once('message', resolve));
  await delay(idleMilliseconds);
  const megabytes = residentMegabytes(child.pid);
  child.kill();
  return megabytes;
};

const measureHost = async (dataFolder, plan) => {
  const began = performance.now();
  const host = launchHost({ dataFolder, output: 2 });
  await host.start(plan);
  const milliseconds = performance.now() - began;
  await delay(idleMilliseconds);
  const megabytes = residentMegabytes(host.pid);
  await host.stop();
  return { milliseconds, megabytes };
};

const folder = mkdtempSync(path.join(tmpdir(), 'rollcall-bench-'));
const print = (line) => console.error(line);
const secrets = newSecrets();
const ports = { gateway: await freePort(), postgres: await freePort(), nats: await freePort(), smtp: await freePort() };
const program = await ensureNatsProgram({ env: process.env, print });
const startPostgres = await preparePostgres({
  dataFolder: folder,
  password: secrets.postgresPassword,
  fast: false,
  print,
});
const servers = [await startPostgres(ports.postgres)];
try {
  servers.push(await startNats({ program, dataFolder: folder, token: secrets.natsToken, port: ports.nats }));
  const plan = createPlan({ secrets, ports, env: {} });
  await ensureDatabase(plan.databaseOwnerUrl);
  await measureHost(folder, plan);

  const empty = [];
  const hono = [];
  const hosts = [];
  for (let round = 0; round < rounds; round++) {
    empty.push(await timeEmptyNode());
    hono.push(await measureBareHono());
    hosts.push(await measureHost(folder, plan));
    print(`round ${round + 1} of ${rounds}`);
  }
  const starts = hosts.map(({ milliseconds }) => milliseconds);
  const sizes = hosts.map(({ megabytes }) => megabytes);
  const results = `# Footprint

One process hosting all eight services; database and NATS are up before. Median (range) of ${rounds} rounds, Node ${process.versions.node},
${availableParallelism()} cores. \`npm run bench\` writes this page.

| what | Rollcall | baseline beside it | ratio | target |
|---|---|---|---|---|
| process start to last service listening | ${rangeOf(starts, 'ms')} | \`node -e 0\`: ${rangeOf(empty, 'ms')} | ${(median(starts) / median(empty)).toFixed(1)} | at most 10 |
| resident when idle | ${rangeOf(sizes, 'MB')} | bare hono: ${rangeOf(hono, 'MB')} | ${(median(sizes) / median(hono)).toFixed(1)} | at most 4, under 250 MB |
`;
  writeFileSync(path.join(import.meta.dirname, 'FOOTPRINT.md'), results);
  console.log(results);
} finally {
  await Promise.all(servers.map((server) => server.stop()));
  rmSync(folder, { recursive: true, force: true });
}
