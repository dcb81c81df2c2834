import { z } from 'zod';

import { AgentRecord } from '../../../shared/ledger/agent-registry.ts';
import { AgentId } from '../../../shared/ledger/job-ledger.ts';
import { CircuitName } from '../../../shared/proving-job/circuit-catalogue.ts';
import { Pool } from '../../../shared/proving-job/circuit-family.ts';
import { EpochId } from '../../../shared/proving-job/epoch-id.ts';
import { ProvingJobId } from '../../../shared/proving-job/proving-job-id.ts';
import { Moment } from './answer.ts';

export const Agent = z.object({
  agentId: AgentId,
  pools: z.array(Pool),
  families: z.array(z.string()),
  networkVersion: z.string(),
  hostname: z.string(),
  state: AgentRecord.shape.state,
  startedAtMs: z.number().int(),
  lastSeenAtMs: z.number().int(),
  jobsProven: z.number().int().nonnegative(),
  /** What it proves. */
  job: z
    .object({
      jobId: ProvingJobId,
      circuit: CircuitName,
      epochId: EpochId,
      epochName: z.string(),
      /** When it was claimed. */
      sinceMs: z.number().int().optional(),
      usualSeconds: z.number().nonnegative().optional(),
    })
    .optional(),
  /** The share of the last ten minutes, or of its life, in which it had a job: 0 to 1. Absent if it was not measured. */
  busyShare: z.number().min(0).max(1).optional(),
  /** Why it cannot work, or why it last refused a job. */
  note: z.string().optional(),
});
export type Agent = z.infer<typeof Agent>;

/** `GET /api/agents`: those seen in the last two minutes, by id. */
export const Agents = Moment.extend({ agents: z.array(Agent) });
export type Agents = z.infer<typeof Agents>;
