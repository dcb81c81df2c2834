import type { Metrics } from './metrics.ts';
import { type MetricSettings, openMetrics } from './open-metrics.ts';
import { ScrapedMetrics } from './scraped-metrics.ts';

/** The metrics of a long-running program. */
export interface ProcessMetrics {
  /** Records a value wherever metrics go. */
  readonly metrics: Metrics;
  /** What `/metrics` serves. */
  readonly scrape: ScrapedMetrics;
  /** Sends what was not sent yet. */
  close(): Promise<void>;
}

export interface ProcessMetricSettings extends MetricSettings {
  readonly metricsCollectorUrl: string | undefined;
  readonly otelCollectIntervalMs: number;
  readonly otelExportTimeoutMs: number;
}

/**
 * Opens all places where a program's metrics go. What is recorded is recorded in each of them, so none has a metric that the
 * others lack.
 * @param part such as `node` or `agent`
 */
export async function openProcessMetrics(part: string, settings: ProcessMetricSettings): Promise<ProcessMetrics> {
  const scrape = new ScrapedMetrics({ nowMs: Date.now });
  const otlp = await openCollector(part, settings);
  const all: readonly Metrics[] = [openMetrics(settings), scrape, ...(otlp === undefined ? [] : [otlp])];
  return {
    metrics: {
      record: (...measurement) => {
        for (const metrics of all) metrics.record(...measurement);
      },
    },
    scrape,
    close: async () => otlp?.close(),
  };
}

/** The library is loaded only where it is used. */
async function openCollector(
  part: string,
  { metricsCollectorUrl: url, otelCollectIntervalMs: everyMs, otelExportTimeoutMs: timeoutMs }: ProcessMetricSettings,
): Promise<(Metrics & { close(): Promise<void> }) | undefined> {
  if (url === undefined) return undefined;
  const { OtlpMetrics } = await import('./otlp-metrics.ts');
  return new OtlpMetrics({ url, everyMs, timeoutMs, service: `coppice-${part}`, nowMs: Date.now });
}
