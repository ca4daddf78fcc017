import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServiceName } from '@rollcall/types/services';
import type { Stack } from './stack.ts';
import { waitFor } from './wait-for.ts';

/** As the launcher calls it: a service's replicas but the first are numbered, where services run apart. */
export type ServerName = 'NATS' | 'Postgres' | ServiceName | `${ServiceName} ${number}`;

/**
 * The process of a server of a stack as it runs now: it is another one after each restart. The launcher writes them
 * down in the data folder.
 */
export const serverProcess = (stack: Pick<Stack, 'dataFolder'>, name: ServerName): Promise<number> =>
  waitFor(`${name} to run`, async () => {
    const folder = join(stack.dataFolder, 'processes');
    for (const file of await readdir(folder)) {
      const written: { name: string; pid: number } = JSON.parse(await readFile(join(folder, file), 'utf8'));
      if (written.name === name && isAlive(written.pid)) return written.pid;
    }
    return undefined;
  });

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
