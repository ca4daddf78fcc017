import { explain } from './bootstrap/failure.mjs';
import { REPOSITORY } from './bootstrap/repository.mjs';
import { runTool } from './bootstrap/tool.mjs';

// `npm run check`: whether a change is good, but for the tests. Every check runs, whatever the one before it said.
const CHECKS = [
  { name: 'style', command: ['biome', 'check', '--no-errors-on-unmatched', '.'] },
  { name: 'types', command: ['turbo', 'run', 'typecheck', '--continue', '--output-logs=errors-only'] },
  { name: 'nothing unused', command: ['knip', '--no-progress', '--no-config-hints'] },
  { name: 'imports', command: ['node', 'infra/architecture/check.mjs'] },
  { name: 'migrations', command: ['node', 'infra/local/check-migrations.mjs'] },
];

try {
  for (const { name, command } of CHECKS) {
    const began = performance.now();
    let output = '';
    const code = await runTool(command, { cwd: REPOSITORY, capture: (text) => (output += text) });
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    console.log(`${code === 0 ? 'ok    ' : 'FAILED'}  ${name} (${seconds} s)`);
    if (code === 0) continue;
    console.log(output);
    process.exitCode = 1;
  }
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
