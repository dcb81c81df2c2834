import type { EpochRecord } from '../../shared/ledger/epoch-ledger.ts';
import type { AgentId, JobRecord } from '../../shared/ledger/job-ledger.ts';
import type { CircuitName } from '../../shared/proving-job/circuit-catalogue.ts';

/** What a canary epoch shows about the fleet that proved it. */
export interface CanarySummary {
  readonly byCircuit: readonly {
    readonly circuit: CircuitName;
    readonly jobs: number;
    readonly medianMs: number;
    readonly worstMs: number;
  }[];
  readonly byAgent: readonly {
    readonly agentId: AgentId;
    readonly jobs: number;
    readonly provingMs: number;
    /** The share of the time from its first claim to its last settlement in which the prover was at work: 0 to 1. */
    readonly busyShare: number;
  }[];
  /** From sending the message to its claim: the median and the worst of all jobs. */
  readonly queueMs: Spread;
  /** From the claim to the settlement, without the proving: inputs fetched, proof stored, job settled. */
  readonly storeMs: Spread;
  /** Time of agents from their first claim to their last settlement, summed. */
  readonly agentMs: number;
  /** At this rate, including merges and roots; 0 when nothing was proven. */
  readonly leavesPerHour: number;
}

export interface Spread {
  readonly medianMs: number;
  readonly worstMs: number;
}

/** Summarises the proven jobs of an epoch. */
export function summariseCanary(epoch: EpochRecord, records: readonly JobRecord[]): CanarySummary {
  const proven = records.filter(({ rangeId, state }) => rangeId === epoch.rangeId && state === 'proven');
  const byCircuit = [...Map.groupBy(proven, ({ circuit }) => circuit)].map(([circuit, jobs]) => ({
    circuit,
    jobs: jobs.length,
    ...spreadOf(jobs.map(({ provingMs = 0 }) => provingMs)),
  }));
  const agents = Map.groupBy(
    proven.filter((job) => job.provenBy !== undefined),
    ({ provenBy }) => provenBy as AgentId,
  );
  const byAgent = [...agents].map(([agentId, jobs]) => {
    const provingMs = sum(jobs.map((job) => job.provingMs ?? 0));
    const atWorkMs = atWorkMsOf(jobs);
    return {
      agentId,
      jobs: jobs.length,
      provingMs,
      atWorkMs,
      busyShare: Math.min(1, provingMs / Math.max(1, atWorkMs)),
    };
  });
  const leaves = proven.filter(({ children }) => children.length === 0).length;
  const provingMs = sum(byAgent.map((agent) => agent.provingMs));
  const agentMs = sum(byAgent.map((agent) => agent.atWorkMs));
  const busyAgents = byAgent.length * (provingMs / Math.max(1, agentMs));
  return {
    byCircuit,
    byAgent: byAgent.toSorted((one, other) => (one.agentId < other.agentId ? -1 : 1)),
    queueMs: spreadOf(proven.map(({ enqueuedAtMs = 0, claimedAtMs = enqueuedAtMs }) => claimedAtMs - enqueuedAtMs)),
    storeMs: spreadOf(
      proven.map(({ claimedAtMs = 0, settledAtMs = 0, provingMs: own = 0 }) => settledAtMs - claimedAtMs - own),
    ),
    agentMs,
    leavesPerHour: provingMs === 0 ? 0 : (leaves * busyAgents * 3_600_000) / provingMs,
  };
}

function atWorkMsOf(jobs: readonly JobRecord[]): number {
  const first = Math.min(...jobs.map(({ claimedAtMs = Infinity }) => claimedAtMs));
  const last = Math.max(...jobs.map(({ settledAtMs = -Infinity }) => settledAtMs));
  return Math.max(0, last - first);
}

function spreadOf(timesMs: readonly number[]): Spread {
  const sorted = timesMs.map((timeMs) => Math.max(0, timeMs)).sort((one, other) => one - other);
  return { medianMs: sorted[Math.floor(sorted.length / 2)] ?? 0, worstMs: sorted.at(-1) ?? 0 };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
