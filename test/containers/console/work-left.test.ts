import { describe, expect, it } from 'vitest';

import { workLeft } from '../../../containers/console/read/work-left.ts';
import type { CircuitName } from '../../../shared/proving-job/circuit-catalogue.ts';

const FROM_MS = 1_000_000;
const UNTIL_MS = FROM_MS + 119_000;
const usualSeconds = (circuit: CircuitName): number => (circuit === 'ROOT_ROLLUP' ? 100 : 10);

describe('the work that was left of an epoch over time', () => {
  const proven = (circuit: CircuitName, recordedSeconds: number, settledSeconds: number) => ({
    circuit,
    state: 'proven' as const,
    recordedAtMs: FROM_MS + recordedSeconds * 1000,
    settledAtMs: FROM_MS + settledSeconds * 1000,
  });

  it('begins with the whole tree where it is known, and falls with each proof', () => {
    const expected = new Map<CircuitName, number>([
      ['PARITY_BASE', 4],
      ['ROOT_ROLLUP', 1],
    ]);
    const { atMs, seconds } = workLeft({
      jobs: [proven('PARITY_BASE', 0, 10), proven('PARITY_BASE', 0, 50)],
      expected,
      usualSeconds,
      fromMs: FROM_MS,
      untilMs: UNTIL_MS,
    });
    const at = (second: number): number | undefined => seconds[atMs.indexOf(FROM_MS + second * 1000)];
    expect([at(0), at(9), at(10), at(49), at(50), at(119)]).toEqual([140, 140, 130, 130, 120, 120]);
  });

  it('grows with each job that is asked for where the tree is not known', () => {
    const cancelled = { ...proven('PARITY_BASE', 0, 5), state: 'cancelled' as const };
    const { seconds } = workLeft({
      jobs: [proven('PARITY_BASE', 0, 60), proven('PARITY_BASE', 30, 90), cancelled],
      expected: undefined,
      usualSeconds,
      fromMs: FROM_MS,
      untilMs: UNTIL_MS,
    });
    expect([seconds[0], seconds[30], seconds[60], seconds[90]]).toEqual([10, 20, 10, 0]);
  });

  it('is never negative, and bears clocks that differ', () => {
    const { seconds } = workLeft({
      jobs: [proven('PARITY_BASE', -20, -10), proven('PARITY_BASE', 10, 500)],
      expected: new Map([['PARITY_BASE' as const, 1]]),
      usualSeconds,
      fromMs: FROM_MS,
      untilMs: FROM_MS,
    });
    expect(Math.min(...seconds)).toBe(0);
  });
});
