// Checks the repository's imports, and first that the check can still say no: with a compiler it cannot talk to,
// dependency-cruiser reads no modules and finds nothing wrong.
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cruise } from 'dependency-cruiser';
import config from './dependency-cruiser.cjs';

const here = dirname(fileURLToPath(import.meta.url));
const repository = resolve(here, '../..');

const violationsIn = async (baseDir, folders) => {
  const { output } = await cruise(folders, {
    ...config.options,
    baseDir,
    validate: true,
    ruleSet: { forbidden: config.forbidden },
    outputType: 'json',
  });
  return JSON.parse(output).summary;
};

const fixture = await violationsIn(join(here, 'fixtures'), ['services']);
const caught = new Set(fixture.violations.map((violation) => violation.rule.name));
for (const expected of ['service-apart-from-service', 'domain-is-pure']) {
  if (!caught.has(expected)) {
    console.error(`The check is blind: it did not refuse the forbidden fixture (${expected}).`);
    process.exit(1);
  }
}

const real = await violationsIn(repository, ['packages', 'services', 'infra']);
for (const { rule, from, to } of real.violations) console.error(`${rule.name}: ${from} -> ${to}`);
if (real.violations.length > 0 || real.totalCruised < 100) {
  console.error(`${real.violations.length} forbidden imports in ${real.totalCruised} modules`);
  process.exit(1);
}
console.log(`${real.totalCruised} modules, ${real.totalDependenciesCruised} imports, none forbidden`);
