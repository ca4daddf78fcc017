import { checkNode, ensureDependencies } from './bootstrap/dependencies.mjs';
import { explain } from './bootstrap/failure.mjs';

// The root's postinstall: npm finds nothing to install there, and hands over to the workspace's own package manager.
// That one runs the root's scripts too, when there is nothing left to do.
if (process.env.npm_config_user_agent?.startsWith('npm/')) {
  try {
    checkNode();
    await ensureDependencies({ print: (line) => console.log(line), force: true });
  } catch (error) {
    console.error(explain(error));
    process.exitCode = 1;
  }
}
