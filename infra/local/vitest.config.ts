import { defineConfig } from 'vitest/config';

/** One run over all specs; the root is the repository. */
export default defineConfig({
  test: {
    include: ['{packages,services,infra}/**/*.spec.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/fixtures/**', '**/.data/**'],
    globalSetup: ['infra/local/global-setup.ts'],
    setupFiles: ['infra/local/end-with-vitest.ts'],
    // Processes, not threads: native modules, signals and process.env are then each spec file's own.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
    restoreMocks: true,
    passWithNoTests: false,
  },
});
