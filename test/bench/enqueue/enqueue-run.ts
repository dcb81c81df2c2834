/** One run of the bench, in a separate process, so that its peak of memory is measured alone. */
export interface EnqueueRun {
  /** What is measured: asking for new jobs until all have a message, or a restarted node taking proofs that are there. */
  readonly phase: 'ask' | 'restart';
  readonly isBounded: boolean;
  readonly jobs: number;
  readonly inputsBytes: number;
  readonly answerMs: number;
  /** A run that takes longer is cut off. */
  readonly patienceSeconds: number;
}

export interface EnqueueResult {
  /** Jobs that were enqueued, or whose proofs were taken. */
  readonly done: number;
  readonly seconds: number;
  /** Calls of ports that failed, after the SDK's own tries. */
  readonly failedCalls: number;
  readonly peakRssBytes: number;
}
