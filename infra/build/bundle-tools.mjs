// `pnpm build` in infra/local: each of its programs in one file that needs nothing beside it but the migrations.
import { existsSync } from 'node:fs';
import { cp, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { shared } from './shared.mjs';

const services = path.resolve('../../services');

/** Services find their migrations beside themselves. In one file there is one place for all, with a folder for each. */
const migrationsApart = {
  name: 'migrations-apart',
  setup({ onLoad }) {
    onLoad({ filter: /services\/[^/]+\/src\/store\/schema-plan\.ts$/ }, async ({ path: file }) => {
      const service = path.relative(services, file).split(path.sep)[0];
      const source = await readFile(file, 'utf8');
      return { loader: 'ts', contents: source.replace("new URL('migrations'", `new URL('migrations/${service}'`) };
    });
  },
};

await rm('dist', { recursive: true, force: true });
await build({
  ...shared,
  entryPoints: ['src/tools/migrate.ts', 'src/tools/mail.mjs'],
  outdir: 'dist',
  plugins: [migrationsApart],
});
for (const service of await readdir(services)) {
  const migrations = path.join(services, service, 'src/store/migrations');
  if (existsSync(migrations)) await cp(migrations, `dist/migrations/${service}`, { recursive: true });
}
