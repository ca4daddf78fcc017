import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { loadSecrets, newSecrets, parseSecrets } from './secrets.mjs';
import { temporaryFolder } from './temporary-folder.ts';

it('makes secrets at the first use of a folder, and keeps them', () => {
  const folder = temporaryFolder();
  const made = loadSecrets(folder);
  expect(loadSecrets(folder)).toEqual(made);
  expect(new Set(Object.values(made)).size).toBe(Object.keys(made).length);
});

it('lets nobody but the owner read them', () => {
  const folder = temporaryFolder();
  loadSecrets(folder);
  const file = path.join(folder, 'secrets.json');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  chmodSync(file, 0o644);
  loadSecrets(folder);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it('refuses a damaged file, and leaves it as it is', () => {
  const folder = temporaryFolder();
  loadSecrets(folder);
  const file = path.join(folder, 'secrets.json');
  truncateSync(file, 60);
  const damaged = readFileSync(file, 'utf8');
  expect(() => loadSecrets(folder)).toThrow(`${file} is damaged: put it back from a backup`);
  expect(readFileSync(file, 'utf8')).toBe(damaged);
});

it('makes no new ones for data that opens only with the old ones', () => {
  const folder = temporaryFolder();
  mkdirSync(path.join(folder, 'postgres'));
  expect(() => loadSecrets(folder)).toThrow('secrets.json is missing though');
  rmSync(path.join(folder, 'postgres'), { recursive: true });
  expect(() => loadSecrets(folder)).not.toThrow();
});

it.each([
  ['nothing', ''],
  ['an empty object', '{}'],
  ['null', 'null'],
  ['a list', '[1]'],
  ['a later version', JSON.stringify({ ...newSecrets(), version: 2 })],
  ['a secret that is too short', JSON.stringify({ ...newSecrets(), root: 'abc' })],
  ['a secret that is no text', JSON.stringify({ ...newSecrets(), root: 1 })],
])('takes %s for damaged', (_what, text) => {
  expect(parseSecrets(text)).toBeUndefined();
});

it('does not mind a half-written file of a start that was killed', () => {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, 'secrets.json.new'), '{"versi');
  expect(loadSecrets(folder).version).toBe(1);
});
