import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { errorCode } from './failure.mjs';
import { REPOSITORY } from './repository.mjs';

/** @import { Plugin } from 'esbuild' */

/**
 * A program in one file, and what it was made of: a line for each source.
 * @typedef {{ file: string, sources: Record<string, string> }} Made
 */

/** What is made from the sources, and may be deleted at any time. */
const FOLDER = path.join(REPOSITORY, 'infra/local/node_modules/.cache/rollcall');
/** Which libraries there are. */
const LOCKFILE = 'pnpm-lock.yaml';
/** Programs of older sources may still be running, and look into their source maps. */
const KEPT = 3;

/**
 * A program of ours in one file with all that it uses, made anew when a source of it has changed: most of a start would go
 * by with loading a thousand files.
 * @param {string} entry its file within the repository
 * @returns {Promise<string>} the path of the one file
 */
export async function inOneFile(entry) {
  const folder = path.join(FOLDER, path.basename(entry, path.extname(entry)));
  const record = path.join(folder, 'made.json');
  const made = readRecord(record);
  if (made && isCurrent(folder, made)) return path.join(folder, made.file);
  const name = randomUUID();
  const began = Date.now();
  const inputs = await bundle(entry, path.join(folder, `${name}.mjs`));
  const sources = [...inputs.filter((input) => !input.includes('node_modules/')), LOCKFILE];
  const stamps = sources.map((source) => [source, stampOf(source, began)]);
  write(record, { file: `${name}.mjs`, sources: Object.fromEntries(stamps) });
  forgetOld(folder);
  return path.join(folder, `${name}.mjs`);
}

/**
 * @param {string} entry
 * @param {string} outfile
 * @returns {Promise<string[]>} all files that went into it, by their paths within the repository
 */
async function bundle(entry, outfile) {
  const { build, stop } = await import('esbuild');
  const { shared } = await import('../../build/shared.mjs');
  const { metafile } = await build({
    ...shared,
    absWorkingDir: REPOSITORY,
    entryPoints: [entry],
    outfile,
    metafile: true,
    sourcesContent: false,
    // A third less to read at each start.
    minifyWhitespace: true,
    plugins: [ownPlaces, besideItself],
  });
  await stop();
  return Object.keys(metafile.inputs);
}

/**
 * Our files find what lies beside them as if they were where they were written.
 * @type {Plugin}
 */
const ownPlaces = {
  name: 'own-places',
  setup({ onLoad }) {
    onLoad({ filter: /\/(packages|services)\/[^/]+\/src\/.*\.ts$/ }, async ({ path: file }) => {
      const source = await readFile(file, 'utf8');
      if (!source.includes('import.meta.url')) return undefined;
      const place = JSON.stringify(pathToFileURL(file).href);
      return { loader: 'ts', contents: source.replaceAll('import.meta.url', place) };
    });
  },
};

/**
 * What finds machine code, or what its threads run, beside itself stays where it is.
 * @type {Plugin}
 */
const besideItself = {
  name: 'beside-itself',
  setup({ onResolve }) {
    onResolve({ filter: /^(argon2|@node-rs\/bcrypt|tinypool)$/ }, ({ path: name, importer }) => ({
      path: pathToFileURL(createRequire(importer).resolve(name)).href,
      external: true,
    }));
  },
};

/**
 * @param {string} record
 * @returns {Made | undefined}
 */
function readRecord(record) {
  try {
    return JSON.parse(readFileSync(record, 'utf8'));
  } catch (error) {
    // Not made yet, or half of it: it is made anew.
    if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * @param {string} folder
 * @param {Made} made
 */
function isCurrent(folder, { file, sources }) {
  return (
    existsSync(path.join(folder, file)) && Object.entries(sources).every(([source, stamp]) => stampOf(source) === stamp)
  );
}

/**
 * @param {string} source
 * @param {number} [began] since when it may have been read: one that was written after is no longer what was read
 */
function stampOf(source, began = Number.POSITIVE_INFINITY) {
  const found = statSync(path.join(REPOSITORY, source), { throwIfNoEntry: false });
  if (!found) return 'gone';
  return found.mtimeMs < began ? `${found.mtimeMs} ${found.size}` : 'changed meanwhile';
}

/**
 * @param {string} record
 * @param {Made} made
 */
function write(record, made) {
  // Renamed into place: another start may be reading it.
  const draft = `${record}.${randomUUID()}`;
  mkdirSync(path.dirname(record), { recursive: true });
  writeFileSync(draft, JSON.stringify(made));
  renameSync(draft, record);
}

/** @param {string} folder */
function forgetOld(folder) {
  const programs = readdirSync(folder)
    .filter((file) => file.endsWith('.mjs'))
    .map((file) => path.join(folder, file))
    // Another start may be deleting the same ones.
    .map((file) => ({ file, at: statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .toSorted((one, other) => other.at - one.at);
  for (const { file } of programs.slice(KEPT)) {
    rmSync(file, { force: true });
    rmSync(`${file}.map`, { force: true });
  }
}
