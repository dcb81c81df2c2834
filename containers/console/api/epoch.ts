import { z } from 'zod';

import { RootState } from '../../../shared/ledger/outbox.ts';
import { JobCounts } from '../../../shared/merge-tree/progress/progress.ts';
import { CircuitName } from '../../../shared/proving-job/circuit-catalogue.ts';
import { ProvingJobId } from '../../../shared/proving-job/proving-job-id.ts';
import { Hex, Moment } from './answer.ts';
import { EpochSummary } from './epochs.ts';
import { BlockingStep } from './prediction.ts';

export const LevelCounts = JobCounts.extend({
  level: z.string(),
  circuits: z.array(JobCounts.extend({ circuit: CircuitName })),
});
export type LevelCounts = z.infer<typeof LevelCounts>;

/** A transaction that was signed for the root. */
export const SignedTransaction = z.object({
  transactionHash: Hex,
  signedAtMs: z.number().int(),
  /** Absent while it may still be mined. */
  outcome: z.enum(['mined', 'reverted', 'replaced', 'dropped']).optional(),
});

/** `GET /api/epochs/EPOCH`: what it waits for. EPOCH is an id, a number, or `latest`. */
export const EpochDetails = Moment.extend({
  epoch: EpochSummary.required({ jobs: true }),
  /** Bottom to top. */
  levels: z.array(LevelCounts),
  /** What the root waits for, the first job that runs or waits at the top and the root last; empty when nothing is to be proven. */
  chain: z.array(BlockingStep),
  /** What would finish the epoch sooner, or at all; the most needed first. */
  remedies: z.array(z.object({ kind: z.enum(['agents', 'retry', 'agent', 'l1', 'machines']), text: z.string() })),
  rejected: z.array(z.object({ jobId: ProvingJobId, circuit: CircuitName, reason: z.string().optional() })),
  /** On its way to L1, or there; absent until the root is proven. */
  submission: z
    .object({
      state: RootState,
      storedAtMs: z.number().int(),
      /** Why it waits, or why it ended. */
      reason: z.string().optional(),
      /** Oldest first. */
      transactions: z.array(SignedTransaction),
      /** The newest decision about it. */
      decision: z
        .object({ atMs: z.number().int(), choice: z.enum(['submit', 'wait', 'skip']), reason: z.string() })
        .optional(),
    })
    .optional(),
});
export type EpochDetails = z.infer<typeof EpochDetails>;
