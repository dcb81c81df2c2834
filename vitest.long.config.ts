import { defineConfig } from 'vitest/config';

import { suitesLeftOut } from './test/fixtures/aws-suites.ts';
import { EVERY_RUN, LONG_SUITES } from './vitest.config.ts';

export default defineConfig(async () => ({
  test: {
    ...EVERY_RUN,
    // At full size each of them takes the whole machine.
    fileParallelism: false,
    name: 'long',
    include: LONG_SUITES,
    exclude: process.env['VITEST'] === undefined ? [] : [...(await suitesLeftOut())],
  },
}));
