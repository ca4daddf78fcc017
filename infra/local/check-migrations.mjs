// Whether each service's migrations make the tables that its schema declares, and come in order: drizzle passes over one
// that is dated before the newest applied, without a word.

import { existsSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { REPOSITORY } from './bootstrap/repository.mjs';
import { runTool } from './bootstrap/tool.mjs';

const services = (await readdir(path.join(REPOSITORY, 'services'))).filter((service) =>
  existsSync(path.join(REPOSITORY, 'services', service, 'src/store')),
);
const scratch = await mkdtemp(path.join(tmpdir(), 'rollcall-migrations-'));

/** @param {string} service */
const check = async (service) => {
  const folder = path.join(REPOSITORY, 'services', service);
  const out = path.join(scratch, service);
  await cp(path.join(folder, 'src/store/migrations'), out, { recursive: true });
  const before = await readdir(out);
  const generate = ['drizzle-kit', 'generate', '--dialect', 'postgresql', '--schema', 'src/store/schema.ts'];
  let said = '';
  const code = await runTool(
    [`node_modules/.bin/${generate[0]}`, ...generate.slice(1), '--out', path.relative(folder, out)],
    {
      cwd: folder,
      capture: (text) => (said += text),
    },
  );
  if (code !== 0) return `${service}: drizzle-kit failed\n${said}`;
  const fresh = (await readdir(out)).filter((name) => !before.includes(name));
  if (fresh.length > 0) return `${service}: the schema has changed; run drizzle-kit generate in services/${service}`;
  /** @type {{ entries: { when: number }[] }} */
  const journal = JSON.parse(await readFile(path.join(out, 'meta', '_journal.json'), 'utf8'));
  const inOrder = journal.entries.every(({ when }, n) => n === 0 || when > (journal.entries[n - 1]?.when ?? 0));
  return inOrder ? undefined : `${service}: migrations are not in the order of their dates`;
};

try {
  const problems = (await Promise.all(services.map(check))).filter((problem) => problem !== undefined);
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
} finally {
  await rm(scratch, { recursive: true, force: true });
}
