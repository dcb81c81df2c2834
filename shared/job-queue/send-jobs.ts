import type { JobLedger, JobRecord } from '../ledger/job-ledger.ts';
import { messageOf } from '../proving-job/job-message.ts';
import { inPortions } from '../retry/in-portions.ts';
import type { JobQueue } from './job-queue.ts';

/** Jobs that are sent together and then marked as sent. */
const PORTION = 200;

export interface SendDeps {
  readonly jobs: Pick<JobLedger, 'markEnqueued'>;
  readonly queue: Pick<JobQueue, 'enqueue'>;
}

/** Sends a message for each job to the pool that it is in, and marks it as sent. A call that is cut off keeps the portions it has sent. */
export async function sendJobs(records: readonly JobRecord[], { jobs, queue }: SendDeps): Promise<void> {
  for await (const portion of inPortions(records, PORTION)) {
    for (const [pool, ofPool] of Map.groupBy(portion, (job) => job.pool)) {
      await queue.enqueue(ofPool.map(messageOf), pool);
    }
    await jobs.markEnqueued(portion.map(({ id }) => id));
  }
}
