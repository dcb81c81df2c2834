import { AgentId, NO_ATTEMPTS, type JobRecord, type JobTally } from '../../../../shared/ledger/job-ledger.ts';
import { expectedTree } from '../../../../shared/merge-tree/expected/tree-of-shape.ts';
import type { AgentsAhead } from '../../../../shared/merge-tree/prediction/agents-ahead.ts';
import {
  type EpochPrediction,
  type PredictionInput,
  predictEpochs,
} from '../../../../shared/merge-tree/prediction/predict-epochs.ts';
import { UsualTimes } from '../../../../shared/merge-tree/prediction/usual-times.ts';
import type { TimedJob } from '../../../../shared/merge-tree/progress/timed-jobs.ts';
import { type WorkAhead, workAhead } from '../../../../shared/merge-tree/prediction/work-ahead.ts';
import { type CircuitName, circuitOf } from '../../../../shared/proving-job/circuit-catalogue.ts';
import { EpochNumber } from '../../../../shared/proving-job/epoch-id.ts';
import type { BinaryShape, EpochShape } from '../../../../shared/proving-job/epoch-shape.ts';
import { aNewJob } from '../../../contract/a-new-job.ts';

export const VERSION = '4.1.2';
export const NOW_MS = 1_000_000_000;
/** Eight leaves, six merges and a root. */
export const EIGHT_LEAVES: BinaryShape = {
  leaves: 8,
  leaf: 'CANARY_LEAF',
  merge: 'CANARY_MERGE',
  root: 'CANARY_ROOT',
};

/** Proven jobs of a circuit that took so many seconds. */
export function timedJobs(circuit: CircuitName, ...seconds: readonly number[]): readonly TimedJob[] {
  const { pool } = circuitOf(circuit, VERSION);
  return seconds.map((took, index) => ({
    state: 'proven',
    networkVersion: VERSION,
    circuit,
    pool,
    claimedAtMs: NOW_MS - 10_000 + index - took * 1000,
    settledAtMs: NOW_MS - 10_000 + index,
  }));
}

/** A job that an agent has been proving for so many seconds. */
export function leasedJob(circuit: CircuitName, runningSeconds: number): JobRecord {
  const job = aNewJob(circuit, { networkVersion: VERSION });
  const agentId = AgentId.parse('agent-1');
  const claimedAtMs = NOW_MS - runningSeconds * 1000;
  return {
    ...job,
    epoch: EpochNumber.parse(7),
    attempts: NO_ATTEMPTS,
    recordedAtMs: claimedAtMs,
    state: 'leased',
    lease: { jobId: job.id, agentId, token: 1, claimedAtMs, expiresAtMs: NOW_MS + 60_000 },
  };
}

/** Counts of jobs by circuit. */
export function tallyWith(
  counts: Partial<Record<CircuitName, { proven?: number; waiting?: number; running?: readonly number[] }>>,
): JobTally {
  return new Map(
    Object.entries(counts).map(([name, { proven = 0, waiting = 0, running = [] } = {}]) => {
      const circuit = name as CircuitName;
      const { pool } = circuitOf(circuit, VERSION);
      return [
        circuit,
        {
          proven,
          rejected: 0,
          queued: new Map(waiting === 0 ? [] : [[pool, waiting] as const]),
          leased: running.map((seconds) => leasedJob(circuit, seconds)),
        },
      ];
    }),
  );
}

export function workOf(shape: EpochShape, tally: JobTally = new Map()): WorkAhead {
  return workAhead(expectedTree(shape).jobs, tally, { networkVersion: VERSION, nowMs: NOW_MS });
}

/** Agents that prove any circuit. */
export function agentsFor(slots: number, inSeconds = 0): AgentsAhead {
  return { slots: [{ pools: ['small', 'medium', 'large'], slots, inSeconds }], scaling: undefined };
}

export function predict(
  work: WorkAhead,
  change: Partial<PredictionInput> & { times?: UsualTimes; secondsLeft?: number } = {},
): EpochPrediction {
  const { times = new UsualTimes(VERSION, []), secondsLeft, ...input } = change;
  const [prediction] = predictEpochs({
    epochs: [{ work, times, secondsLeft }],
    agents: agentsFor(4),
    order: 'epochs',
    hopSeconds: 0,
    ...input,
  });
  return prediction as EpochPrediction;
}
