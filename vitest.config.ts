import { availableParallelism } from 'node:os';

import { defineConfig } from 'vitest/config';

import { suitesLeftOut } from './test/fixtures/aws-suites.ts';
import { SummaryReporter } from './test/reporter/summary-reporter.ts';

const FLEET_SUITES = ['test/e2e/**/*.test.ts', 'test/chaos/**/*.test.ts'];
/** `npm run test:long` runs these, by `vitest.long.config.ts`. */
export const LONG_SUITES = ['test/**/*.long.test.ts', 'test/**/*.long.aws.test.ts'];

/** Twice the cores: most of a suite is waiting, for the emulator, for a process or for the next slot. */
const MAX_WORKERS = 2 * availableParallelism();

/** Every time limit below is for what never ends: a busy machine may take half a minute to start a process. */
export const EVERY_RUN = {
  globals: false,
  retry: 0,
  passWithNoTests: false,
  reporters: ['default', new SummaryReporter()],
  globalSetup: ['test/fixtures/provide-aws.ts'],
};

/** Suites that start whole fleets and follow slots of wall-clock time. */
export const FLEET_LIMITS = {
  testTimeout: 600_000,
  hookTimeout: 900_000,
  expect: { poll: { timeout: 500_000 } },
};

export default defineConfig(async () => {
  // Others read this file as well, to learn what the project is made of.
  const leftOut = process.env['VITEST'] === undefined ? [] : await suitesLeftOut();
  return {
    test: {
      ...EVERY_RUN,
      maxWorkers: MAX_WORKERS,
      // Vitest begins with the suites of the project whose name comes first: the long ones.
      projects: [
        {
          extends: true as const,
          test: {
            name: 'unit',
            include: ['test/**/*.test.ts'],
            exclude: [...FLEET_SUITES, ...LONG_SUITES, ...leftOut],
            testTimeout: 90_000,
            hookTimeout: 90_000,
            expect: { poll: { timeout: 80_000 } },
          },
        },
        {
          extends: true as const,
          test: {
            name: 'e2e',
            include: FLEET_SUITES,
            exclude: [...LONG_SUITES, ...leftOut],
            ...FLEET_LIMITS,
          },
        },
      ],
    },
  };
});
