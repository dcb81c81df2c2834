import { defineConfig } from 'vitest/config';

const LONG_TESTS = ['test/e2e/**/*.test.ts', 'test/chaos/**/*.test.ts'];

export default defineConfig({
  test: {
    globals: false,
    retry: 0,
    passWithNoTests: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: LONG_TESTS,
          testTimeout: 30_000,
          hookTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: LONG_TESTS,
          testTimeout: 600_000,
          hookTimeout: 300_000,
          // Each of these starts several processes and follows slots of wall-clock time: one after the other.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
