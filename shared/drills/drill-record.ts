import { z } from 'zod';

import { AgentId } from '../ledger/job-ledger.ts';
import type { Note, Notes } from '../ledger/notes.ts';
import { ProvingJobId } from '../proving-job/proving-job-id.ts';

/** What `coppice drill` can bring about. */
export const Fault = z.enum(['stop-agent', 'kill-agent', 'duplicate-message', 'delay-settlement', 'fail-rpc']);
export type Fault = z.infer<typeof Fault>;

/** No fault lasts longer, whatever a record says. */
const MAX_FAULT_SECONDS = 600;

/** A process of the fleet has taken the fault upon itself, which begins it. */
export const TakenFault = z.strictObject({
  /** The process: its part, host and process id. */
  by: z.string().min(1),
  atMs: z.number().int(),
  /** The job whose settlement is delayed. */
  jobId: ProvingJobId.optional(),
  /** How many requests to L1 have failed for it. */
  failedRequests: z.number().int().nonnegative().optional(),
  /** When the first request to L1 succeeded after the fault. */
  recoveredAtMs: z.number().int().optional(),
});
export type TakenFault = z.infer<typeof TakenFault>;

/**
 * The drill that is under way, or was last: one record in a fleet, so that there is one drill at a time. It expires by itself:
 * a drill that is cut off leaves nothing behind that lasts.
 */
export const DrillRecord = z.strictObject({
  id: z.string().min(1),
  fault: Fault,
  /** The process that drills, for people. */
  by: z.string().min(1),
  /** How long the fault lasts once a process has taken it. */
  faultSeconds: z.number().int().positive(),
  /** The agent that ends itself, where no signal reaches it from outside (`kill-agent`). */
  agentId: AgentId.optional(),
  startedAtMs: z.number().int(),
  /** From then on nothing of it is in force, and another drill may begin. */
  expiresAtMs: z.number().int(),
  /** The same, when the drill has ended before. */
  endedAtMs: z.number().int().optional(),
  taken: TakenFault.optional(),
});
export type DrillRecord = z.infer<typeof DrillRecord>;

/** Where it is noted. */
export function drillNote(notes: Notes): Note<DrillRecord> {
  return notes.of('drill', DrillRecord);
}

export function isUnderWay({ endedAtMs, expiresAtMs }: DrillRecord, nowMs: number): boolean {
  return endedAtMs === undefined && nowMs < expiresAtMs;
}

/**
 * How long the fault still lasts, in milliseconds, or would if it were taken now; 0 when it is over. A wrong record does not make
 * it longer than {@link MAX_FAULT_SECONDS}.
 */
export function faultLeftMs(record: DrillRecord, nowMs: number): number {
  if (!isUnderWay(record, nowMs)) return 0;
  const wholeMs = Math.min(record.faultSeconds, MAX_FAULT_SECONDS) * 1000;
  if (record.taken === undefined) return wholeMs;
  return Math.max(0, Math.min(record.taken.atMs + wholeMs - nowMs, wholeMs));
}
