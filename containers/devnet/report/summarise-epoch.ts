import type { EpochRecord } from '../../../shared/ledger/epoch-ledger.ts';
import type { AgentId, JobRecord } from '../../../shared/ledger/job-ledger.ts';
import { checkpointsOf } from '../../../shared/proving-job/epoch-shape.ts';
import { expectedCounts } from '../../../shared/merge-tree/expected/expected-counts.ts';
import type { NativeCircuit } from '../../../shared/proving-job/circuit-catalogue.ts';
import { CIRCUIT_CATALOGUE, isRoot } from '../../../shared/proving-job/circuit-catalogue.ts';

/** What an epoch took: jobs, time, agents. */
export interface EpochSummary {
  readonly privateTxs: number;
  readonly publicTxs: number;
  readonly l1ToL2Messages: number;
  /** From the moment the node had everything that proving needs, to the root proof. */
  readonly toRootMs: number;
  /** From the same moment until the submission was mined. */
  readonly toMinedMs: number;
  readonly jobs: JobTotal;
  readonly byCircuit: readonly (JobTotal & { readonly circuit: NativeCircuit; readonly expected: number })[];
  readonly byAgent: readonly (JobTotal & { readonly agentId: AgentId; readonly busyShare: number })[];
  /** Attempts that ended without a proof, for any reason. */
  readonly attemptsLost: number;
}

interface JobTotal {
  readonly jobs: number;
  /** Wall time of the provers, summed. */
  readonly provingMs: number;
}

/** Summarises a proven epoch from its record and its jobs. */
export function summariseEpoch(epoch: EpochRecord, records: readonly JobRecord[]): EpochSummary {
  const proven = records.filter(({ rangeId, state }) => rangeId === epoch.rangeId && state === 'proven');
  // Aztec's own node does not report the root to the ledger: its job is there as any other.
  const rootJob = proven.find(({ circuit }) => isRoot(circuit));
  const { rootAtMs = rootJob?.settledAtMs ?? epoch.openedAtMs, closedAtMs = rootAtMs } = epoch;
  const expected = epoch.shape && expectedCounts(epoch.shape).byCircuit;
  const circuits = Object.keys(CIRCUIT_CATALOGUE) as NativeCircuit[];
  const agents = [...new Set(proven.flatMap(({ provenBy }) => provenBy ?? []))].sort();
  const toRootMs = rootAtMs - epoch.openedAtMs;
  const checkpoints = checkpointsOf(epoch.shape ?? []);
  const blocks = checkpoints.flatMap((checkpoint) => checkpoint.blocks);
  return {
    privateTxs: sum(blocks.map(({ privateTxs }) => privateTxs)),
    publicTxs: sum(blocks.map(({ publicTxs }) => publicTxs)),
    l1ToL2Messages: sum(checkpoints.map(({ l1ToL2Messages }) => l1ToL2Messages)),
    toRootMs,
    toMinedMs: closedAtMs - epoch.openedAtMs,
    jobs: totalOf(proven),
    byCircuit: circuits
      .map((circuit) => {
        const total = totalOf(proven.filter((job) => job.circuit === circuit));
        return { circuit, expected: expected?.[circuit].distinct ?? total.jobs, ...total };
      })
      .filter((total) => total.expected > 0 || total.jobs > 0),
    byAgent: agents.map((agentId) => {
      const total = totalOf(proven.filter(({ provenBy }) => provenBy === agentId));
      return { agentId, ...total, busyShare: total.provingMs / Math.max(1, toRootMs) };
    }),
    attemptsLost: sum(records.flatMap(({ attempts }) => Object.values(attempts))),
  };
}

function totalOf(jobs: readonly JobRecord[]): JobTotal {
  return { jobs: jobs.length, provingMs: sum(jobs.map(({ provingMs = 0 }) => provingMs)) };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
