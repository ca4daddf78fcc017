import { type Chapter, chapters } from '@rollcall/security/asvs';
import { type Requirement, type Standing, standingOf } from '@rollcall/security/requirement';
import { table } from './markdown.ts';

/** Every requirement of the chapters of OWASP ASVS that are about what Rollcall is for, as Markdown. */
export const asvsPage = (): string => `${[introduction, counts(), ...chapters.map(section)].join('\n\n')}\n`;

const introduction = `# How Rollcall stands to OWASP ASVS 5.0.0

<!-- Written by npm run docs from infra/security/src. -->

Every requirement of the chapters V6 to V10 of the [standard](https://github.com/OWASP/ASVS/tree/v5.0.0/5.0), in our words: *tested* is what
specs prove, *reasoned* what needs no test or can have none, *open* what is not met, or not wholly; numbers of four digits are
[decisions](../decisions/README.md). A spec sees to it that none is missing and that every test named here exists; whether it proves what it
is named for, whoever changes either has to judge.`;

const standings: readonly Standing[] = ['tested', 'reasoned', 'open'];

const counts = (): string => {
  const all = { name: 'All', requirements: chapters.flatMap(({ requirements }) => requirements) };
  return table(
    ['', ...standings, 'all'],
    [...chapters, all].map(({ name, requirements }) => [
      name,
      ...standings.map((standing) => String(requirements.filter((one) => standingOf(one) === standing).length)),
      String(requirements.length),
    ]),
  );
};

const section = ({ name, requirements }: Chapter): string =>
  [`## ${name}`, table(['', 'level', 'asks', '', 'by'], requirements.map(row))].join('\n\n');

const row = (requirement: Requirement): string[] => {
  const { id, level, asks, tests = {}, reason, open } = requirement;
  const proofs = Object.entries(tests).map(([file, titles]) => `${link(file)}: ${titles.map(quoted).join(', ')}`);
  const said = [...(open ? [`**Open:** ${open}`] : []), ...(reason ? [reason] : []), ...proofs];
  return [id, String(level), asks, standingOf(requirement), said.join('<br>')];
};

const link = (file: string): string => `[${file.split('/').at(-1)}](../../${file})`;

const quoted = (title: string): string => `“${title}”`;
