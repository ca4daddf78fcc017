// `pnpm build` in a service: its own code and that of our packages in one file, beside its migrations. Libraries that its
// manifest names stay outside; those that only our packages use go in, because they cannot be found from here.
import { cp, readFile, rm } from 'node:fs/promises';
import { build } from 'esbuild';
import { shared } from './shared.mjs';

const { dependencies } = JSON.parse(await readFile('package.json', 'utf8'));
const outside = Object.keys(dependencies).filter((name) => !name.startsWith('@rollcall/'));

await rm('dist', { recursive: true, force: true });
await build({
  ...shared,
  entryPoints: ['src/main.ts'],
  outfile: 'dist/main.js',
  external: outside.flatMap((name) => [name, `${name}/*`]),
});
// Where the bundled `schemaPlan` looks for them.
await cp('src/store/migrations', 'dist/migrations', { recursive: true });
