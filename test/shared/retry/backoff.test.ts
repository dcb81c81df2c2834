import { describe, expect, it } from 'vitest';

import { backoffMs } from '../../../shared/retry/backoff.ts';

describe('backoffMs', () => {
  it('doubles with each failure, up to its bound', () => {
    const pauses = [1, 2, 3, 4, 5].map((failures) => backoffMs(failures, { firstMs: 100, longestMs: 500 }));
    expect(pauses).toEqual([100, 200, 400, 500, 500]);
  });

  it('stays at its bound after any number of failures', () => {
    expect(backoffMs(5000, { firstMs: 100, longestMs: 500 })).toBe(500);
  });

  it('takes off at most its jitter', () => {
    const pauses = Array.from({ length: 200 }, () => backoffMs(2, { firstMs: 100, jitter: 0.5 }));
    expect(Math.max(...pauses)).toBeLessThanOrEqual(200);
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(100);
    expect(new Set(pauses).size).toBeGreaterThan(1);
  });
});
