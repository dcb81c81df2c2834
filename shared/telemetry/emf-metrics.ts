import { type MetricDimensions, type MetricName, METRICS, type Metrics } from './metrics.ts';

/**
 * Writes each value as a line of CloudWatch's embedded metric format, which becomes a
 * metric when the process's stdout reaches CloudWatch.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export class EmfMetrics implements Metrics {
  readonly #namespace: string;
  readonly #nowMs: () => number;
  readonly #write: (line: string) => void;

  constructor(
    namespace: string,
    { nowMs, write }: { readonly nowMs: () => number; readonly write: (line: string) => void },
  ) {
    this.#namespace = namespace;
    this.#nowMs = nowMs;
    this.#write = write;
  }

  record<Name extends MetricName>(
    name: Name,
    value: number,
    dimensions: MetricDimensions<Name>,
    properties: Readonly<Record<string, string | number>> = {},
  ): void {
    // CloudWatch would drop the whole line for a value that is not a number.
    if (!Number.isFinite(value)) return;
    const { unit, dimensions: names } = METRICS[name];
    const line = {
      _aws: {
        Timestamp: this.#nowMs(),
        CloudWatchMetrics: [{ Namespace: this.#namespace, Dimensions: [names], Metrics: [{ Name: name, Unit: unit }] }],
      },
      ...properties,
      ...dimensions,
      [name]: value,
    };
    this.#write(`${JSON.stringify(line)}\n`);
  }
}
