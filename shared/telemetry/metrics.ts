/** One of CloudWatch's units, or `None` where it has none that fits. */
export type MetricUnit = 'Bytes' | 'Count' | 'Seconds' | 'None';

interface MetricDefinition {
  readonly unit: MetricUnit;
  /** Each combination of their values is a separate metric, and is billed as one: no epochs, no job ids. */
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
  JobProvingSeconds: {
    unit: 'Seconds',
    dimensions: ['circuit'],
    description: 'wall time of the prover, without reading inputs and storing the proof',
  },
  JobHeldSeconds: { unit: 'Seconds', dimensions: ['circuit'], description: 'from claim to settlement' },
  LateProofs: { unit: 'Count', dimensions: ['circuit'], description: 'proofs of jobs that were settled already' },
  AttemptsLost: { unit: 'Count', dimensions: ['cause'], description: 'attempts that ended without a proof' },
  JobsRejected: {
    unit: 'Count',
    dimensions: [],
    description: 'jobs that stay unproven until an operator revives them',
  },
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
  NodeLagSeconds: { unit: 'Seconds', dimensions: [], description: 'age of the newest L1 block that the node has read' },
  DiskFreeBytes: {
    unit: 'Bytes',
    dimensions: [],
    description: 'free on the fullest disk of the embedded engine',
  },
  DiskReserveBytes: { unit: 'Bytes', dimensions: [], description: 'of them, kept free for its ledger' },

  // From the broker, once a minute.
  BrokerJobsTaken: { unit: 'Count', dimensions: [], description: 'new jobs of official nodes' },
  BrokerJobsGiven: { unit: 'Count', dimensions: [], description: 'jobs that agents were given' },
  BrokerJobsUnknown: { unit: 'Count', dimensions: [], description: 'new jobs of circuits that no catalogue knows' },
  BrokerCallsHeld: { unit: 'Count', dimensions: [], description: 'calls of nodes and agents that wait for news' },
  BrokerCallsRefused: { unit: 'Count', dimensions: [], description: 'calls that can never succeed' },
  BrokerRequestsRefused: { unit: 'Count', dimensions: [], description: 'requests whose body was refused' },
  BrokerRequestsFailed: {
    unit: 'Count',
    dimensions: [],
    description: 'requests that failed for now: their clients send them again',
  },
  BrokerClientsRefused: { unit: 'Count', dimensions: [], description: 'connections that were refused' },
  BrokerBodyBytes: { unit: 'Bytes', dimensions: [], description: 'the most bytes of requests in work at a time' },
  BrokerAgents: { unit: 'Count', dimensions: [], description: 'agents that called in the last two minutes' },

  // From `scale-fleet`, once a minute.
  ScalerRuns: { unit: 'Count', dimensions: [], description: 'completed runs of the scaler' },
  JobsWaiting: { unit: 'Count', dimensions: ['pool'], description: 'jobs that wait for an agent' },
  JobsRunning: { unit: 'Count', dimensions: ['pool'], description: 'jobs that an agent holds' },
  JobsWithoutAgents: { unit: 'Count', dimensions: ['pool'], description: 'jobs that wait where no agent runs' },
  AgentsDesired: { unit: 'Count', dimensions: ['pool', 'capacity'], description: 'agents that were asked for' },
  AgentsRunning: { unit: 'Count', dimensions: ['pool', 'capacity'], description: 'agents that run' },
  AgentsMissing: { unit: 'Count', dimensions: ['pool'], description: 'agents that were asked for and do not run' },
  CostTodayDollars: { unit: 'None', dimensions: [], description: 'what the agents cost since 00:00 UTC, estimated' },
  // From `scale-fleet`, once for each epoch that has ended.
  EpochCostDollars: {
    unit: 'None',
    dimensions: [],
    description: 'what an epoch cost, agents and calls to AWS, estimated',
  },
  EpochAgentsDollars: {
    unit: 'None',
    dimensions: ['pool'],
    description: 'what the agents of an epoch cost, estimated',
  },
  EpochGasEth: { unit: 'None', dimensions: [], description: "the most that an epoch's root cost on L1, in ether" },

  // From `watch-l1`, once a minute.
  EpochSlackSeconds: {
    unit: 'Seconds',
    dimensions: [],
    description: 'of the most urgent epoch: the time left of its window, less the longest chain of jobs it still needs',
  },
  EpochPathSeconds: {
    unit: 'Seconds',
    dimensions: [],
    description: 'of the most urgent epoch: the longest chain of jobs it still needs',
  },
  EpochJobsLeft: { unit: 'Count', dimensions: [], description: 'of the most urgent epoch: jobs not proven yet' },
  EpochsMissed: { unit: 'Count', dimensions: [], description: 'epochs whose window closed without a proof of ours' },
  UnprovenEpochs: { unit: 'Count', dimensions: [], description: 'complete epochs on L1 that are not proven' },
  OutboxAgeSeconds: {
    unit: 'Seconds',
    dimensions: [],
    description: 'how long the oldest root proof has waited for L1; 0 when none waits',
  },
  OpenRoots: { unit: 'Count', dimensions: [], description: 'root proofs that wait for L1' },
  PublisherBalanceEth: { unit: 'None', dimensions: [], description: 'ether of the account that submits' },
  L1PendingCheckpoint: { unit: 'None', dimensions: [], description: 'number of the newest checkpoint on L1' },
  L1ProvenCheckpoint: { unit: 'None', dimensions: [], description: 'number of the newest proven checkpoint on L1' },
  CheckpointsPruned: { unit: 'Count', dimensions: [], description: 'checkpoints that L1 has pruned' },
  L1GasPriceGwei: { unit: 'None', dimensions: [], description: 'what gas costs on L1' },
  L1ReorgBlocks: { unit: 'Count', dimensions: [], description: 'L1 blocks that a reorg replaced' },
  L1RpcFailures: { unit: 'Count', dimensions: [], description: 'L1 RPC URLs that did not respond' },

  // From `watch-tasks`, on ECS's events. A service is named without the fleet's prefix.
  TasksCrashed: { unit: 'Count', dimensions: ['service'], description: 'tasks that exited with an error' },
  TasksOutOfMemory: { unit: 'Count', dimensions: ['service'], description: 'tasks that were killed for their memory' },
  SpotInterruptions: { unit: 'Count', dimensions: ['service'], description: 'tasks that AWS took back' },
  TasksUnplaced: { unit: 'Count', dimensions: ['service'], description: 'times that AWS had no room for a task' },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

export type MetricName = keyof typeof METRICS;
/** Metrics without dimensions. */
export type PlainMetricName = {
  [Name in MetricName]: (typeof METRICS)[Name]['dimensions'] extends readonly [] ? Name : never;
}[MetricName];
export type MetricDimensions<Name extends MetricName> = Readonly<
  Record<(typeof METRICS)[Name]['dimensions'][number], string>
>;

/** Records measurements. */
export interface Metrics {
  /**
   * @param value in the metric's unit
   * @param properties logged beside the value, to search the log for: epochs and job ids belong here
   */
  record<Name extends MetricName>(
    name: Name,
    value: number,
    dimensions: MetricDimensions<Name>,
    properties?: Readonly<Record<string, string | number>>,
  ): void;
}

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
