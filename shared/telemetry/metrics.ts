/** One of CloudWatch's units, or `None` where it has none that fits. */
export type MetricUnit = 'Bytes' | 'Count' | 'Seconds' | 'None';

interface MetricDefinition<Dimensions extends readonly string[] = readonly string[]> {
  /**
   * What a value is: `counter`, how much was added since the last one; `gauge`, a level that replaces the last one;
   * `histogram`, one of many samples.
   */
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly unit: MetricUnit;
  /** Each combination of their values is a separate metric, and is billed as one: no epochs, no job ids. */
  readonly dimensions: Dimensions;
  readonly description: string;
}

function counter<const Dimensions extends readonly string[]>(
  description: string,
  ...dimensions: Dimensions
): MetricDefinition<Dimensions> {
  return { type: 'counter', unit: 'Count', description, dimensions };
}

function gauge<const Dimensions extends readonly string[]>(
  unit: MetricUnit,
  description: string,
  ...dimensions: Dimensions
): MetricDefinition<Dimensions> {
  return { type: 'gauge', unit, description, dimensions };
}

function histogram<const Dimensions extends readonly string[]>(
  unit: MetricUnit,
  description: string,
  ...dimensions: Dimensions
): MetricDefinition<Dimensions> {
  return { type: 'histogram', unit, description, dimensions };
}

/** Every metric of Coppice, by its name. */
export const METRICS = {
  JobsEnqueued: counter('messages sent for jobs, repeated ones too', 'pool', 'lane'),
  JobsProven: counter('jobs that were settled with a proof', 'circuit'),
  JobProvingSeconds: histogram(
    'Seconds',
    'wall time of the prover, without reading inputs and storing the proof',
    'circuit',
  ),
  JobHeldSeconds: histogram('Seconds', 'from claim to settlement', 'circuit'),
  LateProofs: counter('proofs of jobs that were settled already', 'circuit'),
  AttemptsLost: counter('attempts that ended without a proof', 'cause'),
  JobsRejected: counter('jobs that stay unproven until an operator revives them'),
  JobsReleased: counter('jobs that agents gave back at no cost', 'circuit'),
  MessagesParked: counter('messages set aside for a person'),
  EpochsOpened: counter('epochs taken up, also again'),
  EpochsProven: counter('epochs proven on L1'),
  EpochsFailed: counter('attempts at epochs that failed'),
  EpochsExpired: counter('epochs whose window closed first'),
  EpochRootSeconds: histogram('Seconds', 'from taking an epoch up to its root proof'),
  EpochProvenSeconds: histogram('Seconds', 'from taking an epoch up to its proof on L1'),
  WindowLeftSeconds: histogram('Seconds', 'left of the window when the root proof was there'),
  NodeLagSeconds: gauge('Seconds', 'age of the newest L1 block that the node has read'),
  DiskFreeBytes: gauge('Bytes', 'free on the fullest disk of the embedded engine'),
  DiskReserveBytes: gauge('Bytes', 'of them, kept free for its ledger'),

  // From the broker, once a minute.
  BrokerJobsTaken: counter('new jobs of official nodes'),
  BrokerJobsGiven: counter('jobs that agents were given'),
  BrokerJobsUnknown: counter('new jobs of circuits that no catalogue knows'),
  BrokerCallsHeld: gauge('Count', 'calls of nodes and agents that wait for news'),
  BrokerCallsRefused: counter('calls that can never succeed'),
  BrokerRequestsRefused: counter('requests whose body was refused'),
  BrokerRequestsFailed: counter('requests that failed for now: their clients send them again'),
  BrokerClientsRefused: counter('connections that were refused'),
  BrokerBodyBytes: gauge('Bytes', 'the most bytes of requests in work at a time'),
  BrokerAgents: gauge('Count', 'agents that called in the last two minutes'),
  // From the broker beside an official node, twice a minute, and from gateways while it lasts.
  LineTroubles: gauge('Count', "1 while the trouble with a version line's official programs lasts, else 0", 'trouble'),

  // From `scale-fleet`, once a minute.
  ScalerRuns: counter('completed runs of the scaler'),
  JobsWaiting: gauge('Count', 'jobs that wait for an agent', 'pool'),
  JobsRunning: gauge('Count', 'jobs that an agent holds', 'pool'),
  JobsWithoutAgents: gauge('Count', 'jobs that wait where no agent runs', 'pool'),
  AgentsDesired: gauge('Count', 'agents that were asked for', 'pool', 'capacity'),
  AgentsRunning: gauge('Count', 'agents that run', 'pool', 'capacity'),
  AgentsMissing: gauge('Count', 'agents that were asked for and do not run', 'pool'),
  LinesOverdue: gauge('Count', 'version lines that were replaced hours ago, and still have open epochs'),
  CostTodayDollars: gauge('None', 'what the agents cost since 00:00 UTC, estimated'),
  // From `scale-fleet`, once for each epoch that has ended.
  EpochCostDollars: histogram('None', 'what an epoch cost, agents and calls to AWS, estimated'),
  EpochAgentsDollars: histogram('None', 'what the agents of an epoch cost, estimated', 'pool'),
  EpochGasEth: histogram('None', "the most that an epoch's root cost on L1, in ether"),

  // From `watch-l1`, once a minute.
  EpochSlackSeconds: gauge(
    'Seconds',
    'of the most urgent epoch: the time left of its window, less the longest chain of jobs it still needs',
  ),
  EpochPathSeconds: gauge('Seconds', 'of the most urgent epoch: the longest chain of jobs it still needs'),
  EpochJobsLeft: gauge('Count', 'of the most urgent epoch: jobs not proven yet'),
  EpochsMissed: counter('epochs whose window closed without a proof of ours'),
  UnprovenEpochs: gauge('Count', 'complete epochs on L1 that are not proven'),
  OutboxAgeSeconds: gauge('Seconds', 'how long the oldest root proof has waited for L1; 0 when none waits'),
  OpenRoots: gauge('Count', 'root proofs that wait for L1'),
  PublisherBalanceEth: gauge('None', 'ether of the account that submits'),
  L1PendingCheckpoint: gauge('None', 'number of the newest checkpoint on L1'),
  L1ProvenCheckpoint: gauge('None', 'number of the newest proven checkpoint on L1'),
  CheckpointsPruned: counter('checkpoints that L1 has pruned'),
  L1GasPriceGwei: gauge('None', 'what gas costs on L1'),
  L1ReorgBlocks: counter('L1 blocks that a reorg replaced'),
  L1RpcFailures: gauge('Count', 'L1 RPC URLs that did not respond'),

  // From `watch-tasks`, on ECS's events. A service is named without the fleet's prefix.
  TasksCrashed: counter('tasks that exited with an error', 'service'),
  TasksOutOfMemory: counter('tasks that were killed for their memory', 'service'),
  SpotInterruptions: counter('tasks that AWS took back', 'service'),
  TasksUnplaced: counter('times that AWS had no room for a task', 'service'),
} as const satisfies Readonly<Record<string, MetricDefinition>>;

export type MetricName = keyof typeof METRICS;
/** Metrics without dimensions. */
export type PlainMetricName = {
  [Name in MetricName]: (typeof METRICS)[Name]['dimensions'] extends readonly [] ? Name : never;
}[MetricName];
export type MetricDimensions<Name extends MetricName> = Readonly<
  Record<(typeof METRICS)[Name]['dimensions'][number], string>
>;

/** Every name, in the table's order. */
export const METRIC_NAMES = Object.keys(METRICS) as readonly MetricName[];

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
