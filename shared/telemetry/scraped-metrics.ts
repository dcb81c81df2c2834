import {
  collectDefaultMetrics,
  Counter,
  Gauge,
  Histogram,
  openMetricsContentType,
  type OpenMetricsContentType,
  Registry,
} from 'prom-client';

import { FreshGauges } from './fresh-gauges.ts';
import { HISTOGRAM_BUCKETS } from './histogram-buckets.ts';
import { METRIC_NAMES, type MetricDimensions, type MetricName, METRICS, type Metrics } from './metrics.ts';

/**
 * Keeps what is recorded for a scraper such as Prometheus, under the names that it has in CloudWatch, beside what the client
 * library measures of the process. Properties are left out: each epoch and job would be a time series.
 */
export class ScrapedMetrics implements Metrics {
  readonly #registry = new Registry<OpenMetricsContentType>();
  readonly #counters = new Map<MetricName, Counter>();
  readonly #histograms = new Map<MetricName, Histogram>();
  readonly #gauges: FreshGauges;

  constructor({ nowMs }: { readonly nowMs: () => number }) {
    this.#gauges = new FreshGauges(nowMs);
    this.#registry.setContentType(openMetricsContentType);
    for (const name of METRIC_NAMES) this.#define(name);
    collectDefaultMetrics({ register: this.#registry });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Renders all metrics in OpenMetrics' text format. */
  render(): Promise<string> {
    return this.#registry.metrics();
  }

  record<Name extends MetricName>(name: Name, value: number, dimensions: MetricDimensions<Name>): void {
    if (!Number.isFinite(value)) return;
    switch (METRICS[name].type) {
      case 'counter':
        this.#counters.get(name)?.inc(dimensions, value);
        break;
      case 'histogram':
        this.#histograms.get(name)?.observe(dimensions, value);
        break;
      case 'gauge':
        this.#gauges.set(name, value, dimensions);
    }
  }

  #define(name: MetricName): void {
    const { type, unit, description: help, dimensions } = METRICS[name];
    const common = { name, help, labelNames: [...dimensions], registers: [this.#registry] };
    switch (type) {
      case 'counter':
        this.#counters.set(name, new Counter(common));
        break;
      case 'histogram':
        this.#histograms.set(name, new Histogram({ ...common, buckets: [...HISTOGRAM_BUCKETS[unit]] }));
        break;
      case 'gauge': {
        const gauges = this.#gauges;
        new Gauge({
          ...common,
          collect(): void {
            this.reset();
            // Without labels it would be 0 at first, a value that nobody measured.
            if (dimensions.length === 0) this.remove();
            for (const { labels, value } of gauges.of(name)) this.set(labels, value);
          },
        });
      }
    }
  }
}
