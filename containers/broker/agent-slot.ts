import type { AgentId } from '../../shared/ledger/job-ledger.ts';
import type { ProvingJobId } from '../../shared/proving-job/proving-job-id.ts';

/** One agent at a client's address, as far as a broker can tell agents apart. */
export interface AgentSlot {
  readonly agentId: AgentId;
  readonly client: string;
  /** The job that it proves. */
  jobId: ProvingJobId | undefined;
  jobSinceMs: number | undefined;
  /** Whether one of its calls is under way. */
  isCalling: boolean;
  jobsProven: number;
  failuresInRow: number;
  /** Since when, and for how long, it gets no job. */
  doubt: { readonly sinceMs: number; readonly forMs: number };
  note: string | undefined;
  readonly startedAtMs: number;
  lastSeenAtMs: number;
}

/** The agents that call, and what each is doing. */
export interface AgentBook {
  readonly all: readonly AgentSlot[];
  /** The agent that calls. @param jobId what it reports on */
  of(client: string, jobId?: ProvingJobId): AgentSlot;
  began(slot: AgentSlot, jobId: ProvingJobId, atMs: number): void;
  /** The agent no longer proves the job, for whatever reason. */
  ended(slot: AgentSlot, outcome: 'proven' | 'failed' | 'lost'): void;
  /** Whether the agent is to get no job for now, since its last ones failed one after the other. */
  isDoubted(slot: AgentSlot): boolean;
}

/** An agent that has just called for the first time. */
export function newSlot(agentId: AgentId, client: string, nowMs: number): AgentSlot {
  return {
    agentId,
    client,
    jobId: undefined,
    jobSinceMs: undefined,
    isCalling: false,
    jobsProven: 0,
    failuresInRow: 0,
    doubt: { sinceMs: nowMs, forMs: 0 },
    note: undefined,
    startedAtMs: nowMs,
    lastSeenAtMs: nowMs,
  };
}
