import { defineConfig, type TestUserConfig } from 'vitest/config';

/** These start many processes, or judge how long people wait while something breaks: nothing else may take their turn. */
const alone = [
  'infra/journeys/{faults-{access,events,nats,postgres,separate},one-life,timing}.spec.ts',
  'services/role-permission/src/store/faults.spec.ts',
];

const shared: TestUserConfig = {
  exclude: ['**/node_modules/**', '**/dist/**', '**/fixtures/**', '**/.data/**'],
  setupFiles: ['infra/local/end-with-vitest.ts'],
  // Processes, not threads: native modules, signals and process.env are then each spec file's own.
  pool: 'forks',
  testTimeout: 30_000,
  hookTimeout: 60_000,
  restoreMocks: true,
};

/** One run over all specs: two files at a time; then, one by one, those that need the machine. The root is the repository. */
export default defineConfig({
  test: {
    globalSetup: ['infra/local/global-setup.ts'],
    teardownTimeout: 20_000,
    passWithNoTests: false,
    projects: [
      {
        test: {
          ...shared,
          name: 'together',
          include: ['{packages,services,infra}/**/*.spec.ts'],
          exclude: [...(shared.exclude ?? []), ...alone],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      { test: { ...shared, name: 'alone', include: alone, maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
  },
});
