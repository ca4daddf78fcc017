// `npm run faults`: the fault journeys at their full length, the checker that judges them, what answers give away by their
// timing, and the bus against a NATS that breaks. What they found is written to RESULTS.md, and the verdict to the README.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';

const here = import.meta.dirname;
const repository = path.resolve(here, '../..');
const folder = mkdtempSync(path.join(tmpdir(), 'rollcall-faults-'));
const report = path.join(folder, 'report.json');
const { env } = process;
/** What stands in the environment goes first, and is told. */
const lengths = {
  FAULTS_OUTAGE_SECONDS: env.FAULTS_OUTAGE_SECONDS ?? '60',
  FAULTS_ROUNDS: env.FAULTS_ROUNDS ?? '5',
  FAULTS_TIMING_TRIES: env.FAULTS_TIMING_TRIES ?? '500',
  FAULTS_BACKLOG: env.FAULTS_BACKLOG ?? '10000',
  // Of fifty each.
  FAULTS_WRITES: env.FAULTS_WRITES ?? '200',
  FAULTS_RUNS: env.FAULTS_RUNS ?? '3000',
  FAULTS_SOCKETS: env.FAULTS_SOCKETS ?? '2000',
  FAULTS_LOG_SECONDS: env.FAULTS_LOG_SECONDS ?? '10',
  FAULTS_LOG_ANSWERED: env.FAULTS_LOG_ANSWERED ?? '100',
  // A tenth of a second to find that nobody answers, and a little for what was on its way.
  FAULTS_LOG_HELD_UP: env.FAULTS_LOG_HELD_UP ?? '150',
  FAULTS_HISTORIES: env.FAULTS_HISTORIES ?? '40',
};

const code = await new Promise((resolve) => {
  const specs = [
    'infra/journeys/faults-',
    'infra/journeys/contention',
    'infra/journeys/checker',
    'infra/journeys/timing',
    'packages/events',
    'packages/event-store/src',
    'packages/service-kit/src/service-directory',
    'packages/service-kit/src/http-drain',
    'services/profile/src/faults',
    'services/role-permission/src/store',
    'services/role-permission/src/past',
    'services/role-permission/src/domain/decide/undo',
  ];
  const flags = ['--maxWorkers=1', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const command = [path.join(repository, 'infra/local/test.mjs'), ...specs, ...flags];
  const run = spawn(process.execPath, command, { stdio: 'inherit', env: { ...env, ...lengths } });
  run.once('exit', (exitCode) => resolve(exitCode ?? 1));
  // Ctrl-C reaches it by itself; what is sent to us alone is handed on.
  process.once('SIGTERM', () => run.kill('SIGTERM'));
  process.once('SIGINT', () => undefined);
});

const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
rmSync(folder, { recursive: true });
const rows = testResults
  .map(({ name, assertionResults }) => ({ file: path.relative(repository, name), assertionResults }))
  .sort((one, other) => one.file.localeCompare(other.file))
  .flatMap(({ file, assertionResults }) => [
    `\n## ${file}\n\n| guarantee | seconds | holds |\n| --- | ---: | --- |`,
    ...(assertionResults.length === 0 ? ['| it can be read | 0.0 | **no** |'] : []),
    ...assertionResults.map(
      ({ fullName, duration, status }) =>
        `| ${fullName.replaceAll('|', '\\|')} | ${((duration ?? 0) / 1000).toFixed(1)} | ${status === 'passed' ? 'yes' : '**no**'} |`,
    ),
  ]);
const about = `Node ${process.version} on ${process.platform}, ${cpus().length} processors; NATS away for ${lengths.FAULTS_OUTAGE_SECONDS} s, the services killed ${lengths.FAULTS_ROUNDS} times, each answer timed ${lengths.FAULTS_TIMING_TRIES} times.`;
const text = `# What was tried, and whether it held\n\nWritten by \`npm run faults\`. ${about}\n${rows.join('\n')}\n`;
writeFileSync(path.join(here, 'RESULTS.md'), text);

// A file that could not be read has no guarantees of its own, and holds none.
const unread = testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
);
const all = [...testResults.flatMap(({ assertionResults }) => assertionResults), ...unread];
const held = all.filter(({ status }) => status === 'passed').length;
const verdict = `<!-- verdict -->\n\n**${held} of ${all.length} guarantees held** in the last run: ${about}\n`;
const readme = path.join(here, 'README.md');
writeFileSync(readme, readFileSync(readme, 'utf8').replace(/<!-- verdict -->.*$/s, verdict));
process.exitCode = Number(code);
