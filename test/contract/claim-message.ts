import type { JobQueue, QueueLease } from '../../shared/job-queue/job-queue.ts';
import { Pool } from '../../shared/proving-job/circuit-family.ts';

/** Claims a message that is there; however long the queue takes to find it. */
export async function claimMessage(queue: JobQueue, pools: readonly Pool[] = Pool.options): Promise<QueueLease> {
  const lease = await queue.claim(pools, { waitSeconds: 60 });
  if (lease === undefined) throw new Error('expected a claimable message');
  return lease;
}
