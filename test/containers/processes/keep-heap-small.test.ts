import { execFileSync } from 'node:child_process';

import { expect, it } from 'vitest';

const MODULE = new URL('../../../containers/processes/keep-heap-small.ts', import.meta.url).href;
const MIB = 2 ** 20;

/** The size of the space for young objects after a program has made many that live for a while, in bytes. */
function youngBytes(before: string): number {
  const program = `
    import { getHeapSpaceStatistics } from 'node:v8';
    ${before}
    const kept = [];
    for (let index = 0; index < 2_000_000; index++) kept[index % 100_000] = { index };
    console.log(getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size);
  `;
  return Number(execFileSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' }));
}

it('keeps the space for young objects from growing', () => {
  const bytes = youngBytes(`(await import(${JSON.stringify(MODULE)})).keepHeapSmall();`);
  expect(bytes).toBeLessThanOrEqual(8 * MIB);
  expect(youngBytes('')).toBeGreaterThan(bytes);
});
