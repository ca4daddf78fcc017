import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { chapters } from './asvs.ts';

/** How many requirements each section of the standard has. */
const sections = {
  ...{ '6.1': 3, '6.2': 12, '6.3': 8, '6.4': 6, '6.5': 8, '6.6': 4, '6.7': 2, '6.8': 4 },
  ...{ '7.1': 3, '7.2': 4, '7.3': 2, '7.4': 5, '7.5': 3, '7.6': 2 },
  ...{ '8.1': 4, '8.2': 4, '8.3': 3, '8.4': 2 },
  ...{ '9.1': 3, '9.2': 4 },
  ...{ '10.1': 2, '10.2': 3, '10.3': 5, '10.4': 16, '10.5': 5, '10.6': 2, '10.7': 3 },
};

const requirements = chapters.flatMap((chapter) => chapter.requirements);
const repository = new URL('../../../', import.meta.url);

/** The title of a test or of a group of tests, as it stands behind the word that begins it, or behind its table. */
const hasTitle = (spec: string, title: string): boolean =>
  spec.includes(`('${title}'`) || spec.includes(`(\n    '${title}'`) || spec.includes(`(\n  '${title}'`);

describe('the ledger', () => {
  it('has every requirement of the chapters once, in order', () => {
    const all = Object.entries(sections).flatMap(([section, count]) =>
      Array.from({ length: count }, (_, index) => `${section}.${index + 1}`),
    );
    expect(requirements.map(({ id }) => id)).toEqual(all);
  });

  it.each(requirements.map((requirement) => [requirement.id, requirement] as const))(
    '%s is proved by tests that there are, or says why not',
    (_, { tests, reason, open }) => {
      const proofs = Object.entries(tests ?? {});
      expect(proofs.length > 0 || Boolean(reason) || Boolean(open)).toBe(true);
      for (const [file, titles] of proofs) {
        const address = new URL(file, repository);
        expect([file, file.endsWith('.spec.ts') && existsSync(address), titles.length > 0]).toEqual([file, true, true]);
        const spec = readFileSync(address, 'utf8');
        expect(titles.filter((title) => !hasTitle(spec, title))).toEqual([]);
      }
    },
  );
});
