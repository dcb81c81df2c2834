import { z } from 'zod';

import { Fault } from '../../../shared/drills/drill-record.ts';
import { Incident } from '../../../shared/ledger/incident-log.ts';
import { AgentId, AttemptCause } from '../../../shared/ledger/job-ledger.ts';
import { ProvingJobId } from '../../../shared/proving-job/proving-job-id.ts';
import type { JsonOutput } from '../json/json-output.ts';
import { Moment, printed } from '../json/printed.ts';

const Jobs = z.array(ProvingJobId);
const Signs = z.strictObject({ log: z.string(), metric: z.string(), status: z.string() });

const ReportDocument = z.strictObject({
  kind: z.literal('report'),
  id: z.string(),
  fault: Fault,
  hit: z.strictObject({
    at: Moment,
    faultEndsAt: Moment,
    where: z.string().describe('The agent, or the process that took the fault'),
    jobIds: Jobs,
  }),
  recoveredAfterMs: z.number().optional().describe('Absent when the fleet has not recovered in time'),
  failedRequests: z.number().int().optional(),
  lost: z.strictObject({
    jobs: Jobs,
    proofs: Jobs,
    provenTwice: Jobs,
    attempts: z.array(z.strictObject({ jobId: ProvingJobId, cause: AttemptCause, count: z.number().int() })),
  }),
  incidents: z.array(printed(Incident)),
  signs: Signs.describe('Where an operator sees such a fault that nobody announced'),
});

/** With `--dry-run`. */
const PlanDocument = z.strictObject({
  kind: z.literal('plan'),
  fault: Fault,
  seconds: z.number(),
  agentId: AgentId.optional(),
});

/** With `--list`. */
const FaultsDocument = z.strictObject({
  kind: z.literal('faults'),
  faults: z.record(
    Fault,
    z.strictObject({
      summary: z.string(),
      does: z.string(),
      expected: z.string(),
      attemptsPerJob: z.number().int(),
      needsAllowance: z.boolean(),
      signs: Signs,
    }),
  ),
});

/** What `coppice drill --json` prints. */
export const DRILL_OUTPUT: JsonOutput = {
  version: 1,
  description: 'One JSON document: what was hit, how long recovery took, what was lost',
  schema: z.discriminatedUnion('kind', [ReportDocument, PlanDocument, FaultsDocument]),
};
