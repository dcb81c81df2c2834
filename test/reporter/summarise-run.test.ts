import { describe, expect, it } from 'vitest';

import { type SuiteResult, summariseRun } from './summarise-run.ts';

describe('the summary of a run', () => {
  const suite = (number: number, result: Partial<SuiteResult> = {}): SuiteResult => ({
    file: `test/${number}.test.ts`,
    durationMs: number * 1000,
    passed: 2,
    failed: 0,
    skipped: 0,
    ...result,
  });

  it('says how long the run took and names its ten slowest suites, slowest first', () => {
    const suites = [3, 12, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11].map((number) => suite(number));
    const lines = summariseRun(suites, 61_260, 0);
    expect(lines[0]).toBe('The run took 61.3 s. The slowest of its 12 suites:');
    expect(lines.slice(1, -1).map((line) => line.trim())).toEqual(
      [12, 11, 10, 9, 8, 7, 6, 5, 4, 3].map((number) => `${number}.0 s  test/${number}.test.ts`),
    );
  });

  it('ends with the count of what passed and failed', () => {
    expect(summariseRun([suite(1), suite(2, { failed: 1 })], 1000, 0).at(-1)).toBe('4 passed, 1 failed');
  });

  it('counts what was skipped when something was', () => {
    expect(summariseRun([suite(1, { skipped: 3 })], 1000, 0).at(-1)).toBe('2 passed, 0 failed, 3 skipped');
  });

  it('counts an error outside of any suite as a failure', () => {
    expect(summariseRun([suite(1)], 1000, 1).at(-1)).toBe('2 passed, 1 failed');
  });
});
