import fs from 'node:fs';
import { availableParallelism } from 'node:os';

import { defineConfig } from 'vitest/config';

import { suitesLeftOut } from './test/fixtures/aws-suites.ts';
import { SummaryReporter } from './test/reporter/summary-reporter.ts';

const FLEET_SUITES = ['test/e2e/**/*.test.ts', 'test/chaos/**/*.test.ts'];
/** `npm run test:long` runs these, by `vitest.long.config.ts`. */
export const LONG_SUITES = ['test/**/*.long.test.ts', 'test/**/*.long.aws.test.ts'];

/**
 * Suites that share processes, which saves each of them half a second of loading what the one before it has loaded. Those
 * of `containers/` start programs and look after them, so each has its own.
 */
const SHARING_SUITES = ['shared', 'contract', 'functions', 'infra', 'docs', 'layout'].flatMap((folder) =>
  fs.globSync(`test/${folder}/**/*.test.ts`, { cwd: import.meta.dirname }).filter(isSharing),
);

/** A suite that uses `vi` may leave a spy, a fake clock or a variable behind. */
function isSharing(file: string): boolean {
  return !/import \{[^}]*\bvi\b[^}]*\} from 'vitest'/.test(fs.readFileSync(new URL(file, import.meta.url), 'utf8'));
}

/** Twice the cores: most of a suite is waiting, for the emulator, for a process or for the next slot. */
const MAX_WORKERS = 2 * availableParallelism();

export const EVERY_RUN = {
  globals: false,
  retry: 0,
  passWithNoTests: false,
  reporters: ['default', new SummaryReporter()],
  globalSetup: ['test/fixtures/provide-aws.ts'],
  // Time limits are for what never ends: beside other load, suites have taken six times as long as alone.
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
            exclude: [...FLEET_SUITES, ...LONG_SUITES, ...SHARING_SUITES, ...leftOut],
          },
        },
        {
          extends: true as const,
          test: {
            name: 'unit-sharing',
            include: SHARING_SUITES,
            exclude: [...LONG_SUITES, ...leftOut],
            isolate: false,
          },
        },
        {
          extends: true as const,
          test: {
            name: 'e2e',
            include: FLEET_SUITES,
            exclude: [...LONG_SUITES, ...leftOut],
          },
        },
      ],
    },
  };
});
