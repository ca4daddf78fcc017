import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, inject, it, onTestFinished, vi } from 'vitest';
import { findLeftovers } from './bootstrap/leftovers.mjs';
import { isAlive } from './bootstrap/processes.mjs';
import { REPOSITORY } from './bootstrap/repository.mjs';

type Up = { gateway: string; mail: string; hostPid: number; postgresPid: number; nats: { pid: number } };

/** As npm would: a shell between the one who starts and the orchestrator, which does not hand signals on. */
const NPM_LIKE = ['sh', '-c', 'node infra/local/start.mjs "$@"; exit $?', 'sh'];
const DIRECT = ['node', 'infra/local/start.mjs'];

function dataFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'rollcall-start-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function launch([program = '', ...args]: string[], folder: string, env: Record<string, string> = {}) {
  const child = spawn(program, [...args, '--json', '--fast', '--data', folder], {
    cwd: REPOSITORY,
    env: { ...process.env, ...inject('stackEnvironment'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, as a terminal gives to what is typed there.
    detached: true,
  });
  // Its folder is removed after it.
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
  });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    complaints += text;
  });
  return { child, complaints: () => complaints };
}

async function whenUp(child: ChildProcess): Promise<Up> {
  let text = '';
  for await (const chunk of child.stdout ?? []) {
    text += chunk;
    if (text.includes('\n')) return JSON.parse(text);
  }
  throw new Error('The stack ended before it was up.');
}

const processesOf = (up: Up) => [up.hostPid, up.postgresPid, up.nats.pid];

async function seesNothingLeft(up: Up, folder: string) {
  await vi.waitFor(() => expect(processesOf(up).filter(isAlive)).toEqual([]), { timeout: 20_000 });
  expect(findLeftovers(folder)).toEqual([]);
}

it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('ends everything it began on %s', async (signal) => {
  const folder = dataFolder();
  const { child } = launch(DIRECT, folder);
  const up = await whenUp(child);
  expect((await fetch(`${up.gateway}/livez`)).status).toBe(200);
  expect((await fetch(`${up.mail}/api/messages`)).status).toBe(200);
  const exited = once(child, 'exit');
  child.kill(signal);
  expect(await exited).toEqual([0, null]);
  await seesNothingLeft(up, folder);
});

it.each(['SIGTERM', 'SIGKILL'] as const)(
  'leaves nothing when %s ends the shell that npm puts before it',
  async (signal) => {
    const folder = dataFolder();
    const { child } = launch(NPM_LIKE, folder);
    const up = await whenUp(child);
    child.kill(signal);
    await seesNothingLeft(up, folder);
  },
);

it('ends everything it began on Ctrl-C, which reaches the shell too', async () => {
  const folder = dataFolder();
  const { child } = launch(NPM_LIKE, folder);
  const up = await whenUp(child);
  process.kill(-(child.pid ?? Number.NaN), 'SIGINT');
  await seesNothingLeft(up, folder);
});

it('starts again on the same data after it was killed', async () => {
  const folder = dataFolder();
  const first = launch(DIRECT, folder);
  const up = await whenUp(first.child);
  first.child.kill('SIGKILL');
  const second = launch(DIRECT, folder);
  const upAgain = await whenUp(second.child);
  expect(processesOf(up).filter(isAlive)).toEqual([]);
  expect((await fetch(`${upAgain.gateway}/livez`)).status).toBe(200);
  second.child.kill('SIGTERM');
  await seesNothingLeft(upAgain, folder);
});

it('brings Postgres and NATS back when they die', async () => {
  const folder = dataFolder();
  const { child, complaints } = launch(DIRECT, folder);
  const up = await whenUp(child);
  process.kill(up.postgresPid, 'SIGKILL');
  process.kill(up.nats.pid, 'SIGKILL');
  await vi.waitFor(
    () =>
      expect(complaints()).toMatch(
        /Postgres is up again[\s\S]*NATS is up again|NATS is up again[\s\S]*Postgres is up again/,
      ),
    { timeout: 15_000 },
  );
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
  expect(findLeftovers(folder), complaints()).toEqual([]);
});

it('ends everything with code 1 when the services die', async () => {
  const folder = dataFolder();
  const { child, complaints } = launch(DIRECT, folder);
  const up = await whenUp(child);
  const exited = once(child, 'exit');
  process.kill(up.hostPid, 'SIGKILL');
  expect(await exited).toEqual([1, null]);
  expect(complaints()).toContain('The services ended unexpectedly (SIGKILL).');
  await seesNothingLeft(up, folder);
});

it('says in one sentence that its port is taken, and starts nothing', async () => {
  const folder = dataFolder();
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  onTestFinished(() => void other.close());
  const address = other.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const { child, complaints } = launch(DIRECT, folder, { PORT: String(port) });
  expect(await once(child, 'exit')).toEqual([1, null]);
  expect(complaints()).toMatch(/^Port \d+, for the gateway, is taken: [^\n]+\n$/);
  expect(findLeftovers(folder)).toEqual([]);
});

it('does not run twice on the same data', async () => {
  const folder = dataFolder();
  const first = launch(DIRECT, folder);
  const up = await whenUp(first.child);
  const second = launch(DIRECT, folder);
  expect(await once(second.child, 'exit')).toEqual([1, null]);
  expect(second.complaints()).toMatch(/^Rollcall is already running on [^\n]+\n$/);
  expect(processesOf(up).every(isAlive)).toBe(true);
});
