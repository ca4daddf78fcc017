import { explain } from './bootstrap/failure.mjs';
import { runTool } from './bootstrap/tool.mjs';

// node infra/local/run.mjs <tool> [arguments]: runs one of the workspace's tools, such as turbo.
try {
  process.exitCode = await runTool(process.argv.slice(2));
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
