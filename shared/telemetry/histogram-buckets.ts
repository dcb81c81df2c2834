import type { MetricUnit } from './metrics.ts';

/** The upper bounds of a histogram's buckets, by its unit: proofs take from under a second to half an hour, windows hours. */
export const HISTOGRAM_BUCKETS: Readonly<Record<MetricUnit, readonly number[]>> = {
  Seconds: [0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200],
  None: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100],
  Count: [1, 10, 100, 1000, 10_000],
  Bytes: [2 ** 10, 2 ** 15, 2 ** 20, 2 ** 25, 2 ** 30],
};
