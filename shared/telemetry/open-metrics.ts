import { EmfMetrics } from './emf-metrics.ts';
import type { Metrics } from './metrics.ts';

/** Where metrics go: the part of the settings that decides it. */
export interface MetricSettings {
  readonly metrics: 'emf' | 'none';
  readonly metricsNamespace: string;
}

/** Discards what is measured. */
export const NO_METRICS: Metrics = { record: () => undefined };

/** The metrics of this process by its settings: lines on stdout, or none. */
export function openMetrics({ metrics, metricsNamespace }: MetricSettings): Metrics {
  if (metrics === 'none') return NO_METRICS;
  return new EmfMetrics(metricsNamespace, { nowMs: Date.now, write: (line) => process.stdout.write(line) });
}
