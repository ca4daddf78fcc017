import { expect, it, vi } from 'vitest';
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
