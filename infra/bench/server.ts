import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';

/** Whoever is measured has a core to itself; who asks, and who answers behind it, share the other. */
export type Core = keyof typeof cores;
export const cores = { measured: '0', other: '1', any: `0-${cpus().length - 1}` } as const;

export const canPin = existsSync('/usr/bin/taskset');

/** The words before a command that keep it to a core, where the system can. */
export const onCore = (core: Core): string[] => (canPin ? ['taskset', '-c', cores[core]] : []);

export interface Server {
  readonly pid: number;
  /** What it said when it was ready. */
  readonly said: unknown;
  /** What it says next. */
  next(): Promise<unknown>;
  stop(): Promise<void>;
}

interface ServerOptions {
  readonly core: Core;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs a file with Node until it says that it is ready, over the channel to its parent. */
export const startServer = async (file: string, { core, environment = {} }: ServerOptions): Promise<Server> => {
  const [program = '', ...args] = [
    ...onCore(core),
    process.execPath,
    ...(file.endsWith('.ts') ? ['--import', import.meta.resolve('tsx')] : []),
    join(import.meta.dirname, file),
  ];
  const child = spawn(program, args, {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = new Promise((gone) => child.once('exit', gone));
  const said = await Promise.race([
    new Promise((ready) => child.once('message', ready)),
    exited.then((code) => Promise.reject(new Error(`${file} ended with ${code}`))),
  ]);
  return {
    pid: child.pid ?? 0,
    said,
    next: () => new Promise((heard) => child.once('message', heard)),
    stop: async () => {
      child.kill();
      await exited;
    },
  };
};

/** {@link startServer}, of one that says its port. */
export const startHttpServer = async (file: string, options: ServerOptions): Promise<Server & { url: string }> => {
  const server = await startServer(file, options);
  return { ...server, url: `http://127.0.0.1:${server.said}` };
};
