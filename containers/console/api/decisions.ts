import { z } from 'zod';

import { Pool } from '../../../shared/proving-job/circuit-family.ts';
import { EpochId, EpochNumber } from '../../../shared/proving-job/epoch-id.ts';
import { Moment, Wei } from './answer.ts';

const Agents = z.number().int().nonnegative();

/** How many agents there should be, and why. */
export const ScalingDecision = z.object({
  atMs: z.number().int(),
  line: z.string().optional(),
  reason: z.string(),
  dollarsPerHour: z.number().nonnegative(),
  /** Whether it ordered another number of agents than there were. */
  isChange: z.boolean(),
  pools: z.array(
    z.object({
      pool: Pool,
      running: Agents,
      spotBefore: Agents,
      onDemandBefore: Agents,
      spot: Agents,
      onDemand: Agents,
      waitingJobs: z.number().int().nonnegative(),
      runningJobs: z.number().int().nonnegative(),
      workSeconds: z.number(),
      dollarsPerHour: z.number().nonnegative(),
      spotInterruptions: z.number().int().nonnegative().optional(),
      reason: z.string(),
    }),
  ),
  epochs: z.array(
    z.object({
      epochId: EpochId.optional(),
      epoch: EpochNumber,
      deadlineAtMs: z.number(),
      slackSeconds: z.number(),
      chanceInTime: z.number().optional(),
    }),
  ),
});
export type ScalingDecision = z.infer<typeof ScalingDecision>;

/** Whether a root goes to L1, now, later or never. */
export const SubmissionDecision = z.object({
  atMs: z.number().int(),
  epochId: EpochId.optional(),
  epoch: EpochNumber,
  choice: z.enum(['submit', 'wait', 'skip']),
  costWei: Wei,
  rewardWei: Wei.optional(),
  reason: z.string(),
});
export type SubmissionDecision = z.infer<typeof SubmissionDecision>;

/** `GET /api/decisions?hours=6`: those of the last hours, 1 to 72, newest first. Nothing scales a fleet on one machine: it has no scaling decisions. */
export const Decisions = Moment.extend({
  hours: z.number().int(),
  scaling: z.array(ScalingDecision),
  submissions: z.array(SubmissionDecision),
});
export type Decisions = z.infer<typeof Decisions>;
