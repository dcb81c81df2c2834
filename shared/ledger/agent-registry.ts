import { z } from 'zod';

import { Pool } from '../proving-job/circuit-family.ts';
import { ProvingJobId } from '../proving-job/proving-job-id.ts';
import { SpeedClass } from '../proving-job/speed-class.ts';
import { AgentId } from './job-ledger.ts';

export const AgentRecord = z.strictObject({
  agentId: AgentId,
  pools: z.array(Pool),
  family: z.string(),
  networkVersion: z.string(),
  hostname: z.string(),
  pid: z.number().int(),
  state: z.enum(['starting', 'idle', 'proving', 'draining', 'stopped']),
  jobId: ProvingJobId.optional(),
  /** When the job was claimed. */
  jobSinceMs: z.number().int().optional(),
  startedAtMs: z.number().int(),
  lastSeenAtMs: z.number().int(),
  jobsProven: z.number().int().nonnegative(),
  /** The share of the last minutes in which its prover was at work, from 0 to 1, where a gateway measures it. */
  busyShare: z.number().min(0).max(1).optional(),
  /** Where it makes real proofs, and has measured how fast. */
  speedClass: SpeedClass.optional(),
  /** Why it cannot work, or why it last refused a job. */
  note: z.string().optional(),
});
export type AgentRecord = z.infer<typeof AgentRecord>;

/** The agents of the fleet and what each is doing; for people and the scaler, never for correctness. */
export interface AgentRegistry {
  /** Replaces the agent's record. */
  report(agent: AgentRecord): Promise<void>;
  /** Agents seen in the last `withinSeconds`, by id. */
  seenWithin(withinSeconds: number): Promise<readonly AgentRecord[]>;
}
