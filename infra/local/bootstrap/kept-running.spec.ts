import { expect, it, onTestFinished, vi } from 'vitest';
import { keepRunning } from './kept-running.mjs';
import type { Exit, RunningServer } from './types.ts';

/** A server that ends when it is told to. */
function fakeServer(pid: number): RunningServer & { die: () => void } {
  let end: (exit: Exit) => void = () => {};
  const exited = new Promise<Exit>((resolve) => {
    end = resolve;
  });
  const die = () => end({ code: null, signal: 'SIGKILL' });
  return { pid, exited, die, kill: die, stop: async () => die() };
}

it('starts a server again when it ends by itself, and says so', async () => {
  const servers = [fakeServer(1), fakeServer(2)];
  const started: RunningServer[] = [];
  const said: string[] = [];
  const start = async () => {
    const next = servers[started.length];
    if (!next) throw new Error('started once too often');
    started.push(next);
    return next;
  };
  const kept = await keepRunning({ name: 'NATS', start, print: (line) => said.push(line) });
  servers[0]?.die();
  await vi.waitFor(() => expect(said).toEqual(['NATS ended (SIGKILL); starting it again.', 'NATS is up again.']));
  await kept.stop();
  expect(started).toHaveLength(2);
});

it('tries until the server comes up', async () => {
  const first = fakeServer(1);
  const start = vi
    .fn<() => Promise<RunningServer>>()
    .mockResolvedValueOnce(first)
    .mockRejectedValueOnce(new Error('not yet'))
    .mockResolvedValueOnce(fakeServer(2));
  const kept = await keepRunning({ name: 'NATS', start, print: () => {} });
  first.die();
  await vi.waitFor(() => expect(start).toHaveBeenCalledTimes(3), 5_000);
  await kept.stop();
});

it('does not start what was stopped again', async () => {
  const start = vi.fn(async () => fakeServer(1));
  const kept = await keepRunning({ name: 'NATS', start, print: () => {} });
  await kept.stop();
  expect(start).toHaveBeenCalledTimes(1);
});

it('waits longer and longer for one that ends whenever it is up', async () => {
  const starts: number[] = [];
  const start = async () => {
    starts.push(performance.now());
    const server = fakeServer(1);
    server.die();
    return server;
  };
  const kept = await keepRunning({ name: 'NATS', start, print: () => {} });
  await vi.waitFor(() => expect(starts).toHaveLength(5), 5_000);
  const [, second = 0, third = 0, fourth = 0, fifth = 0] = starts;
  expect([third - second >= 240, fourth - third >= 490, fifth - fourth >= 990]).toEqual([true, true, true]);
  await kept.stop();
});

it('does not wait for one that has worked for a while', async () => {
  let now = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
  onTestFinished(() => clock.mockRestore());
  const servers: ReturnType<typeof fakeServer>[] = [];
  const start = async () => {
    const server = fakeServer(servers.length);
    servers.push(server);
    return server;
  };
  const kept = await keepRunning({ name: 'NATS', start, print: () => {} });
  expect(clock).toHaveBeenCalled();
  for (let deaths = 1; deaths < 12; deaths++) {
    now += 60_000;
    servers.at(-1)?.die();
    await vi.waitFor(() => expect(servers).toHaveLength(deaths + 1), 200);
  }
  await kept.stop();
});
