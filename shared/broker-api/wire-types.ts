import { z } from 'zod';

import { EpochNumber } from '../proving-job/epoch-id.ts';
import { WireJobId } from './wire-job-id.ts';

// Fields that a later version adds are left out, not refused.

/** Where inputs or a proof are: `data:` with the content itself, or `file://`, `s3://`, `gs://` and the like. */
export const ProofUri = z.string().min(1).brand('ProofUri');
export type ProofUri = z.infer<typeof ProofUri>;

/** A proving job as a node enqueues it and an agent gets it. */
export const WireJob = z.object({
  id: WireJobId,
  /** The circuit's number in the node's version. It is echoed, never read. */
  type: z.number().int().nonnegative(),
  epochNumber: EpochNumber,
  inputsUri: ProofUri,
});
export type WireJob = z.infer<typeof WireJob>;

/** What an agent takes. */
export const WireJobFilter = z.object({
  /** Circuits by the numbers of the agent's version; empty for all. */
  allowList: z.array(z.number().int().nonnegative()).readonly(),
  /** `false` from an agent that drains: the answer must bring no further job. From some v6 on. */
  allowNewJobs: z.boolean().optional(),
});
export type WireJobFilter = z.infer<typeof WireJobFilter>;

/** A job for the agent that asked. */
export const WireLease = z.object({
  job: WireJob,
  /** The broker's clock, Unix time in milliseconds. The agent sends it back as `startedAt` when it reports progress. */
  time: z.number(),
});
export type WireLease = z.infer<typeof WireLease>;

/** A job's state. 4.1.2 does not know `aborted`, and its clients refuse it: send them `rejected`. */
export const WireStatus = z.discriminatedUnion('status', [
  z.object({ status: z.literal('in-queue') }),
  z.object({ status: z.literal('in-progress') }),
  z.object({ status: z.literal('not-found') }),
  z.object({ status: z.literal('fulfilled'), value: ProofUri }),
  z.object({ status: z.literal('rejected'), reason: z.string() }),
  z.object({ status: z.literal('aborted') }),
]);
export type WireStatus = z.infer<typeof WireStatus>;
