import type { SettingsOf } from '../config/setting.ts';
import type { PROCESS_SETTINGS } from '../config/groups/process-settings.ts';
import { EmfMetrics, type Metrics } from './metrics.ts';

type MetricSettings = Pick<SettingsOf<(typeof PROCESS_SETTINGS)['settings']>, 'metrics' | 'metricsNamespace'>;

/** Takes what is measured, and does nothing with it. */
export const NO_METRICS: Metrics = { record: () => undefined };

/** The metrics of this process, as its settings ask for them: lines on stdout, or none. */
export function openMetrics({ metrics, metricsNamespace }: MetricSettings): Metrics {
  if (metrics === 'none') return NO_METRICS;
  return new EmfMetrics(metricsNamespace, { nowMs: Date.now, write: (line) => process.stdout.write(line) });
}
