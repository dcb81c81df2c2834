/** A unit of CloudWatch's, or `None` where it has no word for it. */
export type MetricUnit = 'Count' | 'Seconds' | 'None';

interface MetricDefinition {
  readonly unit: MetricUnit;
  /** What its values are told apart by. Each combination is a metric of its own and costs as one: no epochs, no job ids. */
  readonly dimensions: readonly string[];
  readonly description: string;
}

/** Every metric of Coppice, by its name. */
export const METRICS = {
  JobsEnqueued: {
    unit: 'Count',
    dimensions: ['pool', 'lane'],
    description: 'messages sent for jobs, repeated ones too',
  },
  JobsProven: { unit: 'Count', dimensions: ['circuit'], description: 'jobs that were settled with a proof' },
  JobProvingSeconds: { unit: 'Seconds', dimensions: ['circuit'], description: 'wall time of the prover alone' },
  JobHeldSeconds: { unit: 'Seconds', dimensions: ['circuit'], description: 'from claim to settlement' },
  LateProofs: { unit: 'Count', dimensions: ['circuit'], description: 'proofs of jobs that were settled already' },
  AttemptsLost: { unit: 'Count', dimensions: ['circuit', 'cause'], description: 'attempts that ended without a proof' },
  JobsRejected: { unit: 'Count', dimensions: ['circuit'], description: 'jobs whose attempts are spent' },
  JobsReleased: { unit: 'Count', dimensions: ['circuit'], description: 'jobs that agents gave back at no cost' },
  MessagesParked: { unit: 'Count', dimensions: [], description: 'messages set aside for a person' },
  EpochsOpened: { unit: 'Count', dimensions: [], description: 'epochs taken up, also again' },
  EpochsProven: { unit: 'Count', dimensions: [], description: 'epochs proven on L1' },
  EpochsFailed: { unit: 'Count', dimensions: [], description: 'attempts at epochs that failed' },
  EpochsExpired: { unit: 'Count', dimensions: [], description: 'epochs whose window closed first' },
  EpochRootSeconds: { unit: 'Seconds', dimensions: [], description: 'from taking an epoch up to its root proof' },
  EpochProvenSeconds: { unit: 'Seconds', dimensions: [], description: 'from taking an epoch up to its proof on L1' },
  WindowLeftSeconds: {
    unit: 'Seconds',
    dimensions: [],
    description: 'left of the window when the root proof was there',
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

export type MetricName = keyof typeof METRICS;
export type MetricDimensions<Name extends MetricName> = Readonly<
  Record<(typeof METRICS)[Name]['dimensions'][number], string>
>;

/** Takes what was measured. */
export interface Metrics {
  /**
   * @param value in the metric's unit
   * @param properties kept beside the value, to look it up in the log: epochs and job ids belong here
   */
  record<Name extends MetricName>(
    name: Name,
    value: number,
    dimensions: MetricDimensions<Name>,
    properties?: Readonly<Record<string, string | number>>,
  ): void;
}

/**
 * Writes each value as a line of CloudWatch's embedded metric format, which whatever ships the process's stdout to
 * CloudWatch turns into a metric.
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
    // What is no number would spoil the whole line for CloudWatch.
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
