import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('replica-process.ts', import.meta.url));

/** What a replica was told is done. */
export interface Done {
  readonly commandId: string;
  readonly epoch: number;
  readonly revision: number;
  /** From when it was wished, in milliseconds. */
  readonly took: number;
  /** When, on the clock of `performance.now()`. */
  readonly at: number;
}

/** A replica under load in a process of its own, to be killed and paused. */
export const startReplicaProcess = async (environment: {
  readonly DATABASE_URL: string;
  readonly NATS_URL: string;
  readonly NATS_TOKEN: string;
  readonly CLIENTS?: string;
}) => {
  const child = spawn(process.execPath, ['--import', 'tsx', program], {
    cwd: dirname(program),
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  });
  // Vitest may end without running what cleans up.
  const end = (): void => void child.kill('SIGKILL');
  process.once('exit', end);
  const exited = once(child, 'exit').finally(() => process.off('exit', end));
  const done: Done[] = [];
  const appends: string[] = [];
  let inARow = 0;
  await new Promise<void>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      const [commandId = '', ...rest] = line.split(' ');
      if (commandId === 'started') return resolve();
      if (commandId === 'alone') {
        inARow = 0;
        return;
      }
      if (commandId === 'append') {
        const [status = ''] = rest;
        inARow = status === 'appended' ? inARow + 1 : 0;
        return void appends.push(status);
      }
      const [epoch = 0, revision = 0, took = 0] = rest.map(Number);
      done.push({ commandId, epoch, revision, took, at: performance.now() });
    });
    void exited.then(() => reject(new Error('a replica ended before it had started')));
  });
  return {
    done: done as readonly Done[],
    /** What became of each append. */
    appends: appends as readonly string[],
    /** How many of its appends in a row nobody was in the way of, which it made without having the log to itself. */
    get inARow() {
      return inARow;
    },
    pause: (): void => void child.kill('SIGSTOP'),
    resume: (): void => void child.kill('SIGCONT'),
    kill: async (): Promise<void> => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await exited;
    },
  };
};
