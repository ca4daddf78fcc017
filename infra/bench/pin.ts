import { execFileSync } from 'node:child_process';
import { type Core, canPin, cores } from './server.ts';

/** Moves this process to a core; what it starts from then on begins there too. */
export const pinSelf = (core: Core): void => {
  if (canPin) execFileSync('taskset', ['-a', '-c', '-p', cores[core], String(process.pid)], { stdio: 'ignore' });
};
