import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { summaryOf } from './summary.ts';

const read = (name: string): string => readFileSync(join(import.meta.dirname, name), 'utf8');

it('the table of the README is that of the figures', () => {
  expect(read('README.md')).toContain(`\n\n${summaryOf(read('RESULTS.md'))}\n\n`);
});

it('has the medians of every line, with what is beside them', () => {
  const results = [
    '## 1. One',
    '| what | Rollcall | baseline beside it | ratio | target | met |',
    '|---|---|---|---|---|---|',
    '| checks | 3.00 /s (1.00 to 5.00) | sets (of strings): 2.00 /s (1.00 to 3.00) | 1.50 | at least 1 | yes |',
    '## 12. Other',
    '| what | Rollcall | wanted anywhere | met |',
    '|---|---|---|---|',
    '| p99 | 9.00 ms (8.00 to 9.00) | at most 8 ms | **no** |',
  ].join('\n\n');
  expect(summaryOf(results).split('\n').slice(2)).toEqual([
    '| 1 | checks | 3.00 /s | sets (of strings): 2.00 /s | 1.50 | at least 1 | yes |',
    '| 12 | p99 | 9.00 ms |  |  | at most 8 ms | **no** |',
  ]);
});
