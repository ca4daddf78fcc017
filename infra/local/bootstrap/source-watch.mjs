import { existsSync, readdirSync, watch } from 'node:fs';
import path from 'node:path';
import { REPOSITORY } from './repository.mjs';

/** Editors write a file in several steps, and tools many files at once: one change for all that happens within this time. */
const QUIET_MS = 150;

/**
 * Calls `onChange` when sources of packages or services change; never while an earlier call is still at work.
 * @param {() => Promise<void>} onChange
 * @returns {() => void} ends the watch
 */
export function watchSources(onChange) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  let isAtWork = false;
  let isDue = false;

  const run = async () => {
    isDue = true;
    if (isAtWork) return;
    isAtWork = true;
    while (isDue) {
      isDue = false;
      await onChange();
    }
    isAtWork = false;
  };

  /**
   * @param {string} _event
   * @param {string | null} file
   */
  const onEvent = (_event, file) => {
    if (file !== null && !isSource(file)) return;
    clearTimeout(timer);
    timer = setTimeout(run, QUIET_MS);
  };

  // Only what people write: node_modules lies beside src, and is too large to watch.
  const watchers = members().flatMap((member) => [
    watch(member, onEvent),
    ...(existsSync(path.join(member, 'src')) ? [watch(path.join(member, 'src'), { recursive: true }, onEvent)] : []),
  ]);
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}

/** @param {string} file */
export function isSource(file) {
  return /\.(ts|tsx|js|mjs|json|sql|fga|html|css)$/.test(file) && !/\.spec\.ts$/.test(file);
}

function members() {
  return ['packages', 'services']
    .map((folder) => path.join(REPOSITORY, folder))
    .flatMap((folder) => readdirSync(folder, { withFileTypes: true }).map((entry) => ({ folder, entry })))
    .filter(({ entry }) => entry.isDirectory())
    .map(({ folder, entry }) => path.join(folder, entry.name));
}
