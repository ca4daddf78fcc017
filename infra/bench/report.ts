import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { median } from './rounds.ts';
import { writeSummary } from './summary.ts';

/** One of our figures beside a baseline of the same rounds. */
export interface Comparison {
  readonly what: string;
  readonly unit: string;
  readonly ours: readonly number[];
  readonly baseline: string;
  readonly theirs: readonly number[];
  /** What the ratio of the medians, ours to theirs, should be. */
  readonly target: { readonly atLeast: number } | { readonly atMost: number };
}

/** One of our figures that is to stay above, or below, a number on any machine worth using: for regressions only. */
export type Floor = Pick<Comparison, 'what' | 'unit' | 'ours' | 'target'>;

/** A row of figures that belong together. */
export interface Row {
  readonly number: number;
  readonly title: string;
  /** What was measured, and how. */
  readonly about: string;
  readonly comparisons: readonly Comparison[];
  readonly floors?: readonly Floor[];
  /** Why a target is missed, as profiling showed it; printed while one is. */
  readonly cause?: string;
}

const file = join(import.meta.dirname, 'RESULTS.md');
const introduction = `# Figures

Written by \`npm run bench\`. Median (range) of the rounds, each of which measures everything in a section once, in turn; only
the ratios mean anything elsewhere. Row numbers are those of the performance goals.
`;

/** Puts rows in the place of their sections, leaves the other sections as they are, and sums all up in the README. */
export const writeResults = (rows: readonly Row[]): void => {
  const sections = new Map(readSections());
  for (const row of rows) sections.set(row.number, sectionOf(row));
  const sorted = [...sections].sort(([one], [other]) => one - other).map(([, text]) => text.trim());
  const results = `${[introduction.trim(), ...sorted].join('\n\n')}\n`;
  writeFileSync(file, results);
  writeSummary(results);
};

const readSections = (): [number, string][] => {
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  return text
    .split(/^(?=## \d)/m)
    .slice(1)
    .map((section) => [Number.parseInt(section.slice(3), 10), section]);
};

export const sectionOf = ({ number, title, about, comparisons, floors = [], cause }: Row): string => {
  const judged = comparisons.map((comparison) => ({ ...comparison, ...judge(comparison) }));
  const lines = judged.map(
    ({ what, unit, ours, baseline, theirs, ratio, wanted, isMet }) =>
      `| ${what} | ${told(ours, unit)} | ${baseline}: ${told(theirs, unit)} | ${rounded(ratio)} | ${wanted} | ${isMet ? 'yes' : '**no**'} |`,
  );
  const limits = floors.map((floor) => ({ ...floor, ...judgeBy(floor.target, median(floor.ours)) }));
  const machine = `Node ${process.versions.node}, ${cpus().length} cores.`;
  return [
    `## ${number}. ${title}`,
    `${about} ${machine}`,
    ...(lines.length > 0
      ? [
          [
            '| what | Rollcall | baseline beside it | ratio | target | met |',
            '|---|---|---|---|---|---|',
            ...lines,
          ].join('\n'),
        ]
      : []),
    ...(limits.length > 0 ? [limitsOf(limits)] : []),
    ...(cause !== undefined && [...judged, ...limits].some(({ isMet }) => !isMet) ? [`Why: ${cause}`] : []),
  ].join('\n\n');
};

const judge = ({ ours, theirs, target }: Comparison) => {
  const ratio = median(ours) / median(theirs);
  return { ratio, ...judgeBy(target, ratio) };
};

const judgeBy = (target: Comparison['target'], value: number) =>
  'atLeast' in target
    ? { wanted: `at least ${target.atLeast.toLocaleString('en')}`, isMet: value >= target.atLeast }
    : { wanted: `at most ${target.atMost.toLocaleString('en')}`, isMet: value <= target.atMost };

const limitsOf = (limits: readonly (Floor & ReturnType<typeof judgeBy>)[]): string =>
  [
    '| what | Rollcall | wanted anywhere | met |',
    '|---|---|---|---|',
    ...limits.map(
      ({ what, unit, ours, wanted, isMet }) =>
        `| ${what} | ${told(ours, unit)} | ${wanted} ${unit} | ${isMet ? 'yes' : '**no**'} |`,
    ),
  ].join('\n');

const told = (values: readonly number[], unit: string): string =>
  `${rounded(median(values))} ${unit} (${rounded(Math.min(...values))} to ${rounded(Math.max(...values))})`;

const rounded = (number: number): string => {
  if (number >= 100) return number.toFixed(0);
  return number >= 10 ? number.toFixed(1) : number.toFixed(2);
};
