/** What all that we bundle has in common. */
export const shared = {
  bundle: true,
  format: /** @type {const} */ ('esm'),
  platform: /** @type {const} */ ('node'),
  target: 'node20.19',
  sourcemap: true,
  // Some libraries inside are CommonJS and ask for Node's modules in their own way.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);",
  },
  logLevel: /** @type {const} */ ('warning'),
};
