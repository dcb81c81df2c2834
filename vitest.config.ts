import { availableParallelism } from 'node:os';

import { defineConfig } from 'vitest/config';

import { suitesLeftOut } from './test/fixtures/aws-suites.ts';

const LONG_TESTS = ['test/e2e/**/*.test.ts', 'test/chaos/**/*.test.ts'];
const PROVIDE_AWS = ['test/fixtures/provide-aws.ts'];

export default defineConfig(async () => {
  // Others read this file as well, to learn what the project is made of.
  const leftOut = process.env['VITEST'] === undefined ? [] : await suitesLeftOut();
  return {
    test: {
      globals: false,
      retry: 0,
      passWithNoTests: false,
      projects: [
        {
          extends: true as const,
          test: {
            name: 'unit',
            globalSetup: PROVIDE_AWS,
            include: ['test/**/*.test.ts'],
            exclude: [...LONG_TESTS, ...leftOut],
            // For what never ends. A machine that is busy with something else may take half a minute to start a process.
            testTimeout: 90_000,
            hookTimeout: 90_000,
            // One more than there are cores: most of a suite is waiting, for the emulator or for a process.
            maxWorkers: availableParallelism() + 1,
            sequence: { groupOrder: 0 },
          },
        },
        {
          extends: true as const,
          test: {
            name: 'e2e',
            globalSetup: PROVIDE_AWS,
            include: LONG_TESTS,
            exclude: [...leftOut],
            testTimeout: 600_000,
            hookTimeout: 300_000,
            // Each of these starts several processes and follows slots of wall-clock time: one after the other.
            fileParallelism: false,
            sequence: { groupOrder: 1 },
          },
        },
      ],
    },
  };
});
