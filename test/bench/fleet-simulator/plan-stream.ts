import type { CheckpointShape } from '../../../shared/proving-job/checkpoint-shape.ts';
import {
  DURATION_SIGMA,
  EPOCH_SECONDS,
  executionSeconds,
  type EpochPlan,
  GATHER_SECONDS,
  type PlanOptions,
  secondsToRoot,
  SLOT_SECONDS,
} from './epoch-plan.ts';
import { indexOfCircuit, POOL_OF_CIRCUIT, SECONDS_OF_CIRCUIT } from './simulated-circuits.ts';
import { type StreamJob, streamTree } from './stream-tree.ts';

/** From the end of a slot until the node has its checkpoint: two blocks of L1. */
const SEEN_SECONDS = 24;

/** One attempt in a thousand is on a slow machine. */
const SLOW_SHARE = 0.001;
const SLOW_FACTOR = 4;
/** One job in two thousand needs a larger agent than its circuit's. */
const NEEDS_MORE_SHARE = 0.0005;

/**
 * An epoch as a node of 5.2 or 6.0 proves it: the jobs of a checkpoint come when the node sees it on L1, every slot; those
 * above checkpoints when the epoch is over, because the challenges of its blobs depend on all of them.
 *
 * @see `@aztec/prover-node` 5.2.0 `src/job/checkpoint-prover.ts`, `src/session-manager.ts`; 6.0 has the same structure
 */
export function planStream(
  epoch: number,
  shape: readonly CheckpointShape[],
  { windowEpochs = 1, chance }: PlanOptions = {},
): EpochPlan {
  const jobs = streamTree(shape);
  const startsAtSeconds = epoch * EPOCH_SECONDS;
  const endsAtSeconds = startsAtSeconds + EPOCH_SECONDS;
  const circuits = Uint8Array.from(jobs, ({ circuit }) => indexOfCircuit(circuit, '6.0.0'));
  const seenAt = (checkpoint: number): number => startsAtSeconds + (checkpoint + 1) * SLOT_SECONDS + SEEN_SECONDS;
  return {
    epoch,
    networkVersion: '6.0.0',
    shape,
    opensAtSeconds: startsAtSeconds,
    endsAtSeconds,
    deadlineAtSeconds: endsAtSeconds + windowEpochs * EPOCH_SECONDS,
    circuits,
    childCounts: Uint16Array.from(jobs, ({ children }) => children.length),
    parents: jobs.map(({ parents }) => Uint32Array.from(parents)),
    knownAtSeconds: Float64Array.from(jobs, ({ checkpoint }) =>
      checkpoint === undefined ? endsAtSeconds + GATHER_SECONDS : seenAt(checkpoint),
    ),
    askableAtSeconds: Float64Array.from(jobs, (job) => askableAtSeconds(job, shape, endsAtSeconds, seenAt)),
    durationSeconds: Float64Array.from(
      circuits,
      (circuit) => SECONDS_OF_CIRCUIT[circuit]! * (chance?.around(DURATION_SIGMA) ?? 1),
    ),
    secondsToRoot: secondsToRoot(jobs, circuits),
    // Large agents are the largest.
    needsMore: Uint8Array.from(circuits, (circuit) =>
      chance?.happens(NEEDS_MORE_SHARE) === true && POOL_OF_CIRCUIT[circuit] !== 'large' ? 1 : 0,
    ),
    firstFactor: Float32Array.from(circuits, () => (chance?.happens(SLOW_SHARE) === true ? SLOW_FACTOR : 1)),
  };
}

function askableAtSeconds(
  { circuit, checkpoint, block = 0 }: StreamJob,
  shape: readonly CheckpointShape[],
  endsAtSeconds: number,
  seenAt: (checkpoint: number) => number,
): number {
  if (checkpoint === undefined) return endsAtSeconds + GATHER_SECONDS;
  // Neither waits for the blocks to be executed.
  if (circuit === 'PUBLIC_CHONK_VERIFIER' || circuit === 'INBOX_PARITY') return seenAt(checkpoint);
  const executed = shape[checkpoint]!.blocks.slice(0, block + 1);
  return seenAt(checkpoint) + executed.reduce((sum, each) => sum + executionSeconds(each), 0);
}
