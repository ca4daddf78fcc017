import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from '../../bootstrap/repository.mjs';
import { launcherVariables } from '../../bootstrap/variables.mjs';
import { referenceDocuments } from './documents.ts';
import { withBlock } from './markdown.ts';

describe('the generated documents', () => {
  it.each(referenceDocuments().map((document) => [path.relative(REPOSITORY, document.file), document] as const))(
    '%s says what is declared (npm run docs writes it anew)',
    (_name, { committed, current }) => expect(committed).toBe(current),
  );

  it('come out the same each time', () => {
    expect(referenceDocuments()).toEqual(referenceDocuments());
  });

  it('leave alone what is written by hand around a generated part', () => {
    const document = 'before\n<!-- part -->\nold\n<!-- /part -->\nafter';
    expect(withBlock(document, 'part', 'new')).toBe('before\n<!-- part -->\n\nnew\n\n<!-- /part -->\nafter');
    expect(() => withBlock('nothing', 'part', 'new')).toThrow('no place for part');
  });
});

it('every variable that the launcher reads is told of', () => {
  const folder = path.join(REPOSITORY, 'infra/local/bootstrap');
  const sources = readdirSync(folder).filter((file) => file.endsWith('.mjs'));
  const read = sources.flatMap((file) =>
    [...readFileSync(path.join(folder, file), 'utf8').matchAll(/\benv\.([A-Z][A-Z_]+)|readUrl\(env, '(\w+)'/g)].map(
      ([, direct, byName]) => direct ?? byName ?? '',
    ),
  );
  const ofTheSystem = ['PATH'];
  const told = launcherVariables.map(({ name }) => name);
  expect([...new Set(read)].filter((name) => !told.includes(name) && !ofTheSystem.includes(name))).toEqual([]);
});
