import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const file = join(import.meta.dirname, 'README.md');
const [begin, end] = ['<!-- written by npm run bench -->', '<!-- until here -->'];

/** The tables of all sections as one, without ranges and causes. */
export const summaryOf = (results: string): string => {
  const lines = results.split(/^## /m).slice(1).flatMap(linesOf);
  return [
    '| row | what | Rollcall | beside it | ratio | target | met |',
    '|---|---|---|---|---|---|---|',
    ...lines,
  ].join('\n');
};

const linesOf = (section: string): readonly string[] => {
  const row = Number.parseInt(section, 10);
  return section.split('\n').flatMap((line) => {
    const cells = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
    if (cells.length < 4 || cells[0] === 'what' || cells[0]?.startsWith('---')) return [];
    const [what, ours = '', ...rest] = cells;
    // A figure that is wanted on any machine has nothing beside it.
    const [baseline = '', ratio = '', target, met] = rest.length > 2 ? rest : ['', '', ...rest];
    return [`| ${[row, what, median(ours), median(baseline), ratio, target, met].join(' | ')} |`];
  });
};

const median = (figure: string): string => figure.replace(/ \([^()]* to [^()]*\)$/, '');

/** Puts it into the README, in the place of the one before. */
export const writeSummary = (results: string): void => {
  const text = readFileSync(file, 'utf8');
  const [before, after] = [text.indexOf(begin), text.indexOf(end)];
  if (before < 0 || after < before) throw new Error(`infra/bench/README.md has no place between ${begin} and ${end}`);
  writeFileSync(file, `${text.slice(0, before)}${begin}\n\n${summaryOf(results)}\n\n${text.slice(after)}`);
};
