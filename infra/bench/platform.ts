import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDatabase } from '../local/bootstrap/database.mjs';
import { startNats } from '../local/bootstrap/nats.mjs';
import { ensureNatsProgram } from '../local/bootstrap/nats-program.mjs';
import { createPlan } from '../local/bootstrap/plan.mjs';
import { freePort } from '../local/bootstrap/ports.mjs';
import { preparePostgres } from '../local/bootstrap/postgres.mjs';
import { newSecrets } from '../local/bootstrap/secrets.mjs';
import type { Plan } from '../local/bootstrap/types.ts';

/** A Postgres that syncs every commit and a NATS, in a folder of their own, and what services are told of them. */
export interface Platform {
  readonly folder: string;
  readonly plan: Plan;
  readonly nats: { readonly url: string; readonly token: string };
  stop(): Promise<void>;
}

export const startPlatform = async (): Promise<Platform> => {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-bench-'));
  const print = (line: string) => console.error(line);
  const secrets = newSecrets();
  const ports = {
    gateway: await freePort(),
    postgres: await freePort(),
    nats: await freePort(),
    smtp: await freePort(),
  };
  const program = await ensureNatsProgram({ env: process.env, print });
  const password = secrets.postgresPassword;
  const startPostgres = await preparePostgres({ dataFolder: folder, password, fast: false, print });
  const servers = [await startPostgres(ports.postgres)];
  servers.push(await startNats({ program, dataFolder: folder, token: secrets.natsToken, port: ports.nats }));
  const plan = createPlan({ secrets, ports, env: {} });
  await ensureDatabase(plan.databaseOwnerUrl);
  return {
    folder,
    plan,
    nats: { url: `nats://127.0.0.1:${ports.nats}`, token: secrets.natsToken },
    stop: async () => {
      await Promise.all(servers.map((server) => server.stop()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
