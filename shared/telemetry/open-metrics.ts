import { EmfMetrics, type Metrics } from './metrics.ts';

/** Where metrics go, as settings name it. */
export interface MetricSettings {
  readonly metrics: 'emf' | 'none';
  readonly metricsNamespace: string;
}

/** Takes what is measured, and does nothing with it. */
export const NO_METRICS: Metrics = { record: () => undefined };

/** The metrics of this process, as its settings ask for them: lines on stdout, or none. */
export function openMetrics({ metrics, metricsNamespace }: MetricSettings): Metrics {
  if (metrics === 'none') return NO_METRICS;
  return new EmfMetrics(metricsNamespace, { nowMs: Date.now, write: (line) => process.stdout.write(line) });
}
