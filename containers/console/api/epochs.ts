import { z } from 'zod';

import { EpochState } from '../../../shared/ledger/epoch-ledger.ts';
import { JobCounts } from '../../../shared/merge-tree/progress/progress.ts';
import { EpochId, EpochNumber } from '../../../shared/proving-job/epoch-id.ts';
import { Moment, Wei } from './answer.ts';
import { Prediction } from './prediction.ts';

/** An epoch in a list. Unknown amounts and times are absent. */
export const EpochSummary = z.object({
  id: EpochId,
  epoch: EpochNumber,
  /** For people: its number, or its id where the fleet proves for more than one rollup. */
  name: z.string(),
  state: EpochState,
  networkVersion: z.string(),
  firstCheckpoint: z.number().int().positive().optional(),
  lastCheckpoint: z.number().int().positive().optional(),
  /** Times that a node took it up. */
  attempt: z.number().int().positive(),
  openedAtMs: z.number().int(),
  rootAtMs: z.number().int().optional(),
  /** When it was proven, failed or expired. */
  closedAtMs: z.number().int().optional(),
  /** When the proof must be mined; absent where no L1 says. */
  deadlineAtMs: z.number().int().optional(),
  /** From its proof on L1 to its deadline. */
  marginMs: z.number().optional(),
  /** The L1 transaction that proved it. */
  transactionHash: z.string().optional(),
  /** Why it failed. */
  reason: z.string().optional(),
  /** Of a tree that is not known beforehand, the jobs so far. In a list, absent for epochs that need no proofs. */
  jobs: JobCounts.omit({ notAsked: true, unexpected: true }).extend({ isSoFar: z.boolean() }).optional(),
  /** Absent for an epoch that needs no proofs. */
  prediction: Prediction.optional(),
  /** Its window closed without its proof. */
  isMissed: z.boolean(),
  /** L1 has another prover's proof of it, which shares the reward. */
  hasRivalProof: z.boolean(),
  /** What its agents cost, by the scaler's decisions, which are kept for three days. */
  agentsDollars: z.number().nonnegative().optional(),
  /** The most that its transaction cost. */
  gasWei: Wei.optional(),
  gasDollars: z.number().nonnegative().optional(),
  rewardWei: Wei.optional(),
  rewardDollars: z.number().nonnegative().optional(),
});
export type EpochSummary = z.infer<typeof EpochSummary>;

/** `GET /api/epochs`: the newest 50, newest first. Also what the plot of cost and reward by epoch is made from. */
export const Epochs = Moment.extend({ epochs: z.array(EpochSummary) });
export type Epochs = z.infer<typeof Epochs>;
