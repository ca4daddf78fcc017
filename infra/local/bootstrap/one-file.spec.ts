import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { inOneFile } from './one-file.mjs';

const entry = 'infra/local/src/plan.ts';
const record = path.join(import.meta.dirname, '../node_modules/.cache/rollcall/plan/made.json');

describe('a program in one file', () => {
  let first: string;

  beforeAll(async () => {
    first = await inOneFile(entry);
  });

  it('is made of all that it uses, and says which of its sources are ours', async () => {
    expect((await stat(first)).size).toBeGreaterThan(10_000);
    const { file, sources } = JSON.parse(await readFile(record, 'utf8'));
    expect(path.basename(first)).toBe(file);
    expect(Object.keys(sources)).toEqual(expect.arrayContaining([entry, 'pnpm-lock.yaml']));
  });

  it('is made once', async () => {
    expect(await inOneFile(entry)).toBe(first);
  });

  it.each([
    ['a source has changed', (made: string) => made.replace(/("infra\/local\/src\/plan\.ts":")\d+/, '$11')],
    ['a source is gone', (made: string) => made.replace('infra/local/src/plan.ts', 'infra/local/src/gone.ts')],
    ['its record is damaged', (made: string) => made.slice(0, 100)],
  ])('is made anew where %s', async (_, change) => {
    const before = await inOneFile(entry);
    const made = await readFile(record, 'utf8');
    expect(change(made)).not.toBe(made);
    await writeFile(record, change(made));
    const after = await inOneFile(entry);
    expect(after).not.toBe(before);
    expect(await inOneFile(entry)).toBe(after);
  });

  it('is made anew where it was deleted', async () => {
    const before = await inOneFile(entry);
    await rm(before);
    expect(await inOneFile(entry)).not.toBe(before);
  });
});
