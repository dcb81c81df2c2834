import { z } from 'zod';

import { AgentId } from '../../../shared/ledger/job-ledger.ts';
import { CircuitName } from '../../../shared/proving-job/circuit-catalogue.ts';
import { Pool } from '../../../shared/proving-job/circuit-family.ts';
import { ProvingJobId } from '../../../shared/proving-job/proving-job-id.ts';

/** When an epoch's root will be proven. Times that never come, because agents are lacking, are absent. */
export const Prediction = z.object({
  /** One root in ten comes before this. */
  earlyAtMs: z.number().int().optional(),
  likelyAtMs: z.number().int().optional(),
  /** One root in ten comes after this. */
  lateAtMs: z.number().int().optional(),
  /** Of a root that is mined before the deadline, 0 to 1; absent where no window is known. */
  chanceInTime: z.number().min(0).max(1).optional(),
  /** Pools that have jobs left and neither agents nor any to come. */
  lackingPools: z.array(Pool),
});
export type Prediction = z.infer<typeof Prediction>;

/** A job that the root waits for, as `coppice why` lists it. */
export const BlockingStep = z.object({
  circuit: CircuitName,
  pool: Pool,
  /** `unasked`: the node asks for it once its children are proven. */
  state: z.enum(['running', 'waiting', 'unasked']),
  /** Of a running one. */
  jobId: ProvingJobId.optional(),
  agentId: AgentId.optional(),
  /** For how long it has been running; 0 unless it runs. */
  runningSeconds: z.number().nonnegative(),
  /** How long jobs of its circuit take here. */
  usualSeconds: z.number().nonnegative().optional(),
  /** Once it is asked for; absent when no agent will take it, as the times below. */
  waitsForAgentSeconds: z.number().nonnegative().optional(),
  startsInSeconds: z.number().nonnegative().optional(),
  endsInSeconds: z.number().nonnegative().optional(),
});
export type BlockingStep = z.infer<typeof BlockingStep>;
