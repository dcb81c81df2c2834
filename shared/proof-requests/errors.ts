import type { ProvingJobId } from '../proving-job/proving-job-id.ts';

/** The fleet gave a job up: its attempts are spent. The epoch cannot be proven until the job is revived. */
export class JobRejectedError extends Error {
  override readonly name = 'JobRejectedError';
  readonly jobId: ProvingJobId;
  readonly reason: string;

  constructor(jobId: ProvingJobId, reason: string) {
    super(`proving job ${jobId} was rejected: ${reason}`);
    this.jobId = jobId;
    this.reason = reason;
  }
}

/** The caller's inputs serialise to other bytes than when it asked for their proof. The request ends; the job goes on. */
export class InputsChangedError extends Error {
  override readonly name = 'InputsChangedError';
  readonly jobId: ProvingJobId;

  constructor(jobId: ProvingJobId) {
    super(`the inputs of ${jobId} were changed while its proof was awaited; leave them as they are until it is here`);
    this.jobId = jobId;
  }
}

/** The epoch's proving was stopped from outside: a reorg, the end of its window, or the node's own end. */
export class EpochStoppedError extends Error {
  override readonly name = 'EpochStoppedError';
  readonly why: 'reorg' | 'deadline' | 'shutdown';

  constructor(why: 'reorg' | 'deadline' | 'shutdown') {
    super(`proving was stopped: ${why}`);
    this.why = why;
  }
}
