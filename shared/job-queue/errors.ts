import type { ProvingJobId } from '../proving-job/proving-job-id.ts';

/** The agent no longer holds the message: its lease ended, or another agent claimed it. Check the ledger before going on. */
export class QueueLeaseLostError extends Error {
  override readonly name = 'QueueLeaseLostError';
  readonly jobId: ProvingJobId;

  constructor(jobId: ProvingJobId, options?: ErrorOptions) {
    super(`queue lease lost for proving job ${jobId}`, options);
    this.jobId = jobId;
  }
}
