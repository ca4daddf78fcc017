// `pnpm build` in a service: its own code and that of our packages in one file, beside its migrations. Libraries that its
// manifest names stay outside; those that only our packages use go in, because they cannot be found from here.
import { cp, readFile, rm } from 'node:fs/promises';
import { build } from 'esbuild';

const { dependencies } = JSON.parse(await readFile('package.json', 'utf8'));
const outside = Object.keys(dependencies).filter((name) => !name.startsWith('@rollcall/'));

await rm('dist', { recursive: true, force: true });
await build({
  entryPoints: ['src/main.ts'],
  outfile: 'dist/main.js',
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  sourcemap: true,
  external: outside.flatMap((name) => [name, `${name}/*`]),
  // Some libraries inside are CommonJS and ask for Node's modules in their own way.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);",
  },
  logLevel: 'warning',
});
// Where the bundled `schemaPlan` looks for them.
await cp('src/store/migrations', 'dist/migrations', { recursive: true });
