import { z } from 'zod';

import { CircuitName } from './circuit-catalogue.ts';
import { ProvingJobId } from './proving-job-id.ts';

/** The version of the message's own layout. A message of another version is parked, never guessed at. */
export const JOB_MESSAGE_VERSION = 1;

/**
 * What travels on a queue: a doorbell with a pointer. The truth about the job is in the ledger, so a lost, doubled
 * or late message changes nothing.
 */
export const JobMessage = z.strictObject({
  v: z.literal(JOB_MESSAGE_VERSION),
  jobId: ProvingJobId,
  circuit: CircuitName,
  /** The Aztec network version whose circuits, keys and `bb` belong to the job, such as `4.1.2`. */
  networkVersion: z.string().min(1),
});
export type JobMessage = z.infer<typeof JobMessage>;
