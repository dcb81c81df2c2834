import { hostname } from 'node:os';

import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { Resource } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';

import { FreshGauges } from './fresh-gauges.ts';
import { HISTOGRAM_BUCKETS } from './histogram-buckets.ts';
import {
  METRIC_NAMES,
  type MetricDimensions,
  type MetricName,
  METRICS,
  type Metrics,
  type MetricUnit,
} from './metrics.ts';

export interface OtlpMetricsOptions {
  /** The collector's, with its path. */
  readonly url: string;
  readonly everyMs: number;
  readonly timeoutMs: number;
  /** The name under which the collector knows the program, such as `coppice-node`. */
  readonly service: string;
  readonly nowMs: () => number;
}

/** Less than a program has for its last moments. */
const CLOSE_MS = 1_000;
type Meter = ReturnType<MeterProvider['getMeter']>;

/** OpenTelemetry's words for units. */
const UNITS: Readonly<Record<MetricUnit, string>> = { Bytes: 'By', Count: '1', Seconds: 's', None: '1' };

/** Sends what is recorded to a collector of OpenTelemetry, under the names that it has in CloudWatch. */
export class OtlpMetrics implements Metrics {
  readonly #provider: MeterProvider;
  readonly #counters = new Map<MetricName, ReturnType<Meter['createCounter']>>();
  readonly #histograms = new Map<MetricName, ReturnType<Meter['createHistogram']>>();
  readonly #gauges: FreshGauges;

  constructor({ url, everyMs, timeoutMs, service, nowMs }: OtlpMetricsOptions) {
    this.#gauges = new FreshGauges(nowMs);
    const exporter = new OTLPMetricExporter({ url, timeoutMillis: timeoutMs });
    this.#provider = new MeterProvider({
      resource: new Resource({
        'service.name': service,
        'service.instance.id': `${hostname()}-${process.pid}`,
      }),
      readers: [
        new PeriodicExportingMetricReader({
          exporter,
          exportIntervalMillis: everyMs,
          // The library refuses a longer one than the interval.
          exportTimeoutMillis: Math.min(timeoutMs, everyMs),
        }),
      ],
    });
    for (const name of METRIC_NAMES) this.#define(name);
  }

  record<Name extends MetricName>(name: Name, value: number, dimensions: MetricDimensions<Name>): void {
    if (!Number.isFinite(value)) return;
    switch (METRICS[name].type) {
      case 'counter':
        this.#counters.get(name)?.add(value, dimensions);
        break;
      case 'histogram':
        this.#histograms.get(name)?.record(value, dimensions);
        break;
      case 'gauge':
        this.#gauges.set(name, value, dimensions);
    }
  }

  /** Sends what was recorded since the last time. A collector that is out of reach must not keep the program. */
  async close(): Promise<void> {
    await this.#provider.shutdown({ timeoutMillis: CLOSE_MS }).catch(() => undefined);
  }

  #define(name: MetricName): void {
    const { type, unit, description } = METRICS[name];
    const meter = this.#provider.getMeter('coppice');
    const options = { description, unit: UNITS[unit] };
    switch (type) {
      case 'counter':
        this.#counters.set(name, meter.createCounter(name, options));
        break;
      case 'histogram': {
        const advice = { explicitBucketBoundaries: [...HISTOGRAM_BUCKETS[unit]] };
        this.#histograms.set(name, meter.createHistogram(name, { ...options, advice }));
        break;
      }
      case 'gauge':
        meter.createObservableGauge(name, options).addCallback((result) => {
          for (const { value, labels } of this.#gauges.of(name)) result.observe(value, labels);
        });
    }
  }
}
