// `pnpm build` in a service: its own code and that of our packages in one file, beside what it reads. Libraries that its
// manifest names stay outside; those that only our packages use go in, because they cannot be found from here.
import { existsSync } from 'node:fs';
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
// Where the bundled code looks for what it reads: migrations of a service with state, what browsers load of one with pages,
// what runs in threads.
for (const [folder, beside] of [
  ['src/store/migrations', 'dist/migrations'],
  ['src/assets', 'dist/assets'],
  ['src/passwords/threads', 'dist/threads'],
]) {
  const filter = (file) => !/(?:\.spec\.ts|tsconfig\.json)$/.test(file);
  if (existsSync(folder)) await cp(folder, beside, { recursive: true, filter });
}
