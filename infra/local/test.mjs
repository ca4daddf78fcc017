import path from 'node:path';
import { explain } from './bootstrap/failure.mjs';
import { REPOSITORY } from './bootstrap/repository.mjs';
import { runTool } from './bootstrap/tool.mjs';

// `npm test`: everything against a real Postgres and a real NATS; arguments go to vitest.
const config = path.join(REPOSITORY, 'infra/local/vitest.config.ts');
try {
  const command = ['vitest', 'run', '--root', REPOSITORY, '--config', config, ...process.argv.slice(2)];
  process.exitCode = await runTool(command, { cwd: REPOSITORY });
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
