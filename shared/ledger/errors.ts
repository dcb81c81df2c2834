import type { ProvingJobId } from '../proving-job/proving-job-id.ts';

/** The job is no longer ours: the lease ended and another agent took it, or it was settled or cancelled. Stop proving. */
export class JobLeaseLostError extends Error {
  override readonly name = 'JobLeaseLostError';
  readonly retryable = false;
  readonly jobId: ProvingJobId;

  constructor(jobId: ProvingJobId, options?: ErrorOptions) {
    super(`lease lost for proving job ${jobId}`, options);
    this.jobId = jobId;
  }
}
