import { OBJECTS_KEPT_SECONDS } from '../../ledger/kept-seconds.ts';

/** What the programs require of the fleet's queues, however those were created. */
export const QUEUE_SHAPE = {
  longPollSeconds: 20,
  retentionSeconds: 14 * 24 * 3600,
  /**
   * Deliveries before SQS treats a message as poison, the most it allows: every release counts as one, after a drain or by
   * a busy agent. The ledger counts the attempts that a job loses, by cause.
   */
  maxDeliveries: 1000,
} as const;

/** What they require of the bucket of proofs. */
export const BUCKET_SHAPE = {
  objectDays: OBJECTS_KEPT_SECONDS / 86_400,
  uploadPartsDays: 1,
  /** Objects that are written once, under a condition. All others are quarantined. */
  writeOncePrefixes: ['inputs/', 'outputs/'],
  /** Where official nodes keep copies of their databases. The newest is enough, and an old one is worse than the network's. */
  snapshotsPrefix: 'snapshots/',
  snapshotDays: 2,
} as const;

/** What they require of the ledger's table: its keys, and those of the index of open jobs. */
export const LEDGER_SHAPE = {
  partitionKey: 'pk',
  sortKey: 'sk',
  openJobsPartitionKey: 'openShard',
  openJobsSortKey: 'dueAtMs',
  /** So that a node learns from the index alone which of thousands of jobs it has to check. */
  openJobsAttributes: ['attempts'],
  /** Unix time in seconds after which an item may be deleted. */
  expiryAttribute: 'expiresAtSeconds',
} as const;
