import fs from 'node:fs';

import { expect, it } from 'vitest';

import { FAULT_KINDS } from '../../../../containers/cli/drill/fault-kinds.ts';
import { Fault } from '../../../../shared/drills/drill-record.ts';

const SOURCES = fs
  .globSync('{containers,shared}/**/*.ts')
  .filter((file) => !file.startsWith('containers/cli/drill/'))
  .map((file) => fs.readFileSync(file, 'utf8'));

it.each(Fault.options)('names a log line of %s that a program writes', (fault) => {
  expect(SOURCES.some((source) => source.includes(`'${FAULT_KINDS[fault].signs.log}'`))).toBe(true);
});

it.each(Fault.options)('has %s in the runbook', (fault) => {
  expect(fs.readFileSync('docs/runbook.md', 'utf8')).toContain(`\`${fault}\``);
});
