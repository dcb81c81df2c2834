import { z } from 'zod';

import { AgentId, AttemptCause, JobState } from '../../../shared/ledger/job-ledger.ts';
import { CircuitName } from '../../../shared/proving-job/circuit-catalogue.ts';
import { Lane, Pool } from '../../../shared/proving-job/circuit-family.ts';
import { EpochId } from '../../../shared/proving-job/epoch-id.ts';
import { ProvingJobId } from '../../../shared/proving-job/proving-job-id.ts';
import { Moment } from './answer.ts';

/** A job beside another one in the tree. */
export const Relative = z.object({ jobId: ProvingJobId, circuit: CircuitName, state: JobState });
export type Relative = z.infer<typeof Relative>;

const Lease = z.object({ agentId: AgentId, claimedAtMs: z.number().int(), expiresAtMs: z.number().int() });

/** `GET /api/jobs/JOB`: its story. JOB is an id, or the beginning of one that no other job of the epoch has. */
export const JobStory = Moment.extend({
  jobId: ProvingJobId,
  epochId: EpochId,
  epochName: z.string(),
  circuit: CircuitName,
  level: z.string(),
  pool: Pool,
  lane: Lane,
  networkVersion: z.string(),
  state: JobState,
  recordedAtMs: z.number().int(),
  enqueuedAtMs: z.number().int().optional(),
  /** Of the attempt that proved it. */
  claimedAtMs: z.number().int().optional(),
  /** When it was proven, rejected or cancelled. */
  settledAtMs: z.number().int().optional(),
  provenBy: AgentId.optional(),
  /** Wall time of the prover alone. */
  provingMs: z.number().nonnegative().optional(),
  usualSeconds: z.number().nonnegative(),
  /** Who proves it now, and until when without a heartbeat. */
  lease: Lease.optional(),
  /** The slow attempt that goes on beside a second copy. */
  straggler: Lease.optional(),
  copyAskedAtMs: z.number().int().optional(),
  /** By cause; causes that cost nothing are absent. */
  lostAttempts: z.array(
    z.object({ cause: AttemptCause, attempts: z.number().int().positive(), agentIds: z.array(AgentId) }),
  ),
  reason: z.string().optional(),
  inputsBytes: z.number().int().nonnegative(),
  proofBytes: z.number().int().nonnegative().optional(),
  /** The jobs whose proofs its inputs hold. */
  children: z.array(Relative),
  /** From its parent up to the root, as far as it was asked for. */
  above: z.array(Relative),
});
export type JobStory = z.infer<typeof JobStory>;
