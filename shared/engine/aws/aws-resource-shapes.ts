/** What the programs rely on in the fleet's queues, whoever makes them. */
export const QUEUE_SHAPE = {
  longPollSeconds: 20,
  retentionSeconds: 14 * 24 * 3600,
  /**
   * Deliveries until SQS takes a message for poison, the most it allows: every release counts as one, of a drain and of a
   * message that came to an agent which was busy. What a job may lose to which cause is the ledger's to count.
   */
  maxDeliveries: 1000,
} as const;

/** And in the bucket of proofs. */
export const BUCKET_SHAPE = {
  /** Objects that nobody asked for again: an epoch's window is hours. */
  objectDays: 7,
  uploadPartsDays: 1,
  /** What is written once, and under condition. Beside it is only what was put aside. */
  writeOncePrefixes: ['inputs/', 'outputs/'],
} as const;

/** And in the table of the ledger: its keys, and those of the index of open jobs. */
export const LEDGER_SHAPE = {
  partitionKey: 'pk',
  sortKey: 'sk',
  openJobsPartitionKey: 'openShard',
  openJobsSortKey: 'dueAtMs',
  /** So that a node learns from the index alone which of thousands of jobs need a look. */
  openJobsAttributes: ['attempts'],
  /** Unix time in seconds after which an item may go. */
  expiryAttribute: 'expiresAtSeconds',
} as const;
