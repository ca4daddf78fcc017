import { defineConfig, type TestUserConfig } from 'vitest/config';

/** These start many processes, or judge how long people wait while something breaks: nothing else may take their turn. */
const alone = [
  'infra/journeys/{faults-{access,events,live,nats,postgres,separate,sign-in},timing}.spec.ts',
  'services/role-permission/src/store/faults.spec.ts',
];

const shared = {
  exclude: ['**/node_modules/**', '**/dist/**', '**/fixtures/**', '**/.data/**'],
  setupFiles: ['infra/local/end-with-vitest.ts'],
  // Processes, not threads: native modules, signals and process.env are then no other worker's.
  pool: 'forks',
  testTimeout: 30_000,
  hookTimeout: 60_000,
  restoreMocks: true,
} satisfies TestUserConfig;

/**
 * One run over all specs: those of packages and services, those of the whole stack, and then, one by one, those that need the
 * machine. The root is the repository.
 */
export default defineConfig({
  test: {
    globalSetup: ['infra/local/global-setup.ts'],
    teardownTimeout: 20_000,
    passWithNoTests: false,
    projects: [
      {
        test: {
          ...shared,
          name: 'parts',
          include: ['{packages,services}/**/*.spec.ts'],
          exclude: [...shared.exclude, ...alone],
          // They wait more than they work, and leave nothing behind: one process goes on with the next file.
          isolate: false,
          maxWorkers: 4,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...shared,
          name: 'whole',
          // Hashing as it should be takes a third of all their time. Those alone, and what is said of production, have it so.
          env: { PASSWORD_HASH_MEMORY: '1024' },
          include: ['infra/**/*.spec.ts'],
          exclude: [...shared.exclude, ...alone],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      { test: { ...shared, name: 'alone', include: alone, maxWorkers: 1, sequence: { groupOrder: 2 } } },
    ],
  },
});
