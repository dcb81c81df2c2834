import { z } from 'zod';

import { CircuitName } from './circuit-catalogue.ts';
import { circuitNamedBy, ProvingJobId } from './proving-job-id.ts';

/** The version of the message's own layout. A message of another version is parked, never interpreted. */
export const JOB_MESSAGE_VERSION = 1;

/**
 * A message on a queue: a doorbell with a pointer. The ledger holds the truth about the job, so a lost, doubled or late
 * message changes nothing.
 */
export const JobMessage = z.strictObject({
  v: z.literal(JOB_MESSAGE_VERSION),
  jobId: ProvingJobId,
  circuit: CircuitName,
  /** The Aztec network version whose circuits, keys and `bb` belong to the job, such as `4.1.2`. */
  networkVersion: z.string().min(1),
});
export type JobMessage = z.infer<typeof JobMessage>;

/** The message of a job, as this version writes it. */
export function messageOf(job: {
  readonly id: ProvingJobId;
  readonly circuit: CircuitName;
  readonly networkVersion: string;
}): JobMessage {
  return { v: JOB_MESSAGE_VERSION, jobId: job.id, circuit: job.circuit, networkVersion: job.networkVersion };
}

/**
 * Whether the message names the circuit of its own job; one that does not was sent by mistake. The id is not parsed
 * with the catalogue, which would throw at an unknown circuit.
 */
export function namesOwnCircuit({ jobId, circuit }: JobMessage): boolean {
  return circuitNamedBy(jobId) === circuit;
}
