import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findLeftovers, stopLeftovers, writeDown } from './leftovers.mjs';
import { isAlive, startedAt } from './processes.mjs';
import { runningOn, takeDataFolder } from './running.mjs';
import { temporaryFolder } from './temporary-folder.ts';

async function longRunning(script = 'setInterval(() => {}, 1000)'): Promise<ChildProcess & { pid: number }> {
  const child = spawn(process.execPath, ['-e', `${script}; console.log("up")`], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  if (child.stdout) await once(child.stdout, 'data');
  return child as ChildProcess & { pid: number };
}

const server = (pid: number) => ({ name: 'a server', pid, politely: 'SIGTERM', firmly: 'SIGKILL' }) as const;

describe('what a killed run leaves behind', () => {
  it('is stopped by the next one', async () => {
    const folder = temporaryFolder();
    const { pid } = await longRunning();
    writeDown(folder, server(pid));
    const said: string[] = [];
    await stopLeftovers(folder, (line) => said.push(line));
    expect(isAlive(pid)).toBe(false);
    expect(said).toEqual([`Stopping a server of an earlier run (process ${pid}).`]);
    expect(findLeftovers(folder)).toEqual([]);
  });

  it('is told apart from a later process with the same number', async () => {
    const folder = temporaryFolder();
    const { pid } = await longRunning();
    writeDown(folder, server(pid));
    const file = path.join(folder, 'processes', `${pid}.json`);
    const written = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ ...written, startedAt: `${written.startedAt}0` }));
    await stopLeftovers(folder, () => {});
    expect(isAlive(pid)).toBe(true);
  });

  it('is nothing when everything was stopped in good order', async () => {
    const folder = temporaryFolder();
    const { pid } = await longRunning();
    const strikeOut = writeDown(folder, server(pid));
    strikeOut();
    expect(findLeftovers(folder)).toEqual([]);
  });

  it('is no reason to fail when it was written down badly', async () => {
    const folder = temporaryFolder();
    writeDown(folder, server(process.pid))();
    writeFileSync(path.join(folder, 'processes', '1.json'), '{"pid":');
    await stopLeftovers(folder, () => {});
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('a process that ended', () => {
  it('is not alive, even before its parent collected it', async () => {
    const child = await longRunning();
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    expect(isAlive(child.pid)).toBe(false);
    expect(startedAt(child.pid)).toBeUndefined();
  });
});

describe('a data folder', () => {
  it('belongs to one process at a time', () => {
    const folder = temporaryFolder();
    const mine = takeDataFolder(folder);
    expect(() => takeDataFolder(folder)).toThrow(`already running on ${folder} as process ${process.pid}`);
    mine.release();
    expect(() => takeDataFolder(folder)).not.toThrow();
  });

  it('is free again when the process that had it was killed', () => {
    const folder = temporaryFolder();
    writeFileSync(path.join(folder, 'running.json'), JSON.stringify({ pid: process.pid, startedAt: 'another time' }));
    expect(() => takeDataFolder(folder)).not.toThrow();
  });

  it('tells where what runs on it answers', () => {
    const folder = temporaryFolder();
    expect(runningOn(folder)).toBeUndefined();
    const where = {
      gateway: 'http://127.0.0.1:1',
      nodeEnv: 'development',
      publicUrl: 'http://localhost:1',
      postgresPort: 2,
    };
    takeDataFolder(folder).announce(where);
    expect(runningOn(folder)).toMatchObject({ pid: process.pid, ...where });
  });
});
