import type { ProvingJobId } from '../proving-job/proving-job-id.ts';

/** The message is no longer ours: its lease ended, or another agent holds it. Ask the ledger before going on. */
export class QueueLeaseLostError extends Error {
  override readonly name = 'QueueLeaseLostError';
  readonly retryable = false;
  readonly jobId: ProvingJobId;

  constructor(jobId: ProvingJobId, options?: ErrorOptions) {
    super(`queue lease lost for proving job ${jobId}`, options);
    this.jobId = jobId;
  }
}
