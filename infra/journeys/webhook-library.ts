import { mkdir, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

/** Puts the library into a folder of somebody else's, as `npm install standardwebhooks` would. */
export const installWebhookLibrary = async (folder: string): Promise<void> => {
  const kit = path.resolve(import.meta.dirname, '../../packages/service-kit/package.json');
  const file = createRequire(kit).resolve('standardwebhooks');
  const name = `node_modules${path.sep}standardwebhooks`;
  await mkdir(path.join(folder, 'node_modules'));
  await symlink(file.slice(0, file.lastIndexOf(name) + name.length), path.join(folder, name));
};
