import { CIRCUIT_CATALOGUE, type NativeCircuit } from '../../../shared/proving-job/circuit-catalogue.ts';
import type { CheckpointShape } from '../../../shared/proving-job/checkpoint-shape.ts';
import { expectedTree } from '../../../shared/merge-tree/expected/tree-of-shape.ts';
import type { ExpectedJob, ExpectedTree } from '../../../shared/merge-tree/expected/expected-tree.ts';
import type { Chance } from './chance.ts';
import type { SimulatedPool } from './pools.ts';

/** Aztec's mainnet and testnet 4.1.2: 32 slots of 72 s, and one more epoch to prove an epoch in. */
export const SLOT_SECONDS = 72;
export const SLOTS_PER_EPOCH = 32;
export const EPOCH_SECONDS = SLOT_SECONDS * SLOTS_PER_EPOCH;

/** Between the end of an epoch and its first jobs: L1's last block is read, the transactions are gathered. */
const GATHER_SECONDS = 30;
/** Until a root transaction is mined: a root proven later than this before the deadline is too late. */
export const INCLUSION_SECONDS = 60;
/** The node executes two checkpoints at a time, `proverNodeMaxParallelBlocksPerEpoch` 4.1.2. */
const CHECKPOINTS_AT_A_TIME = 2;
const EXECUTION_SECONDS_PER_BLOCK = 0.5;
const EXECUTION_SECONDS_PER_TX = 0.02;

/** How much a job's duration differs from the catalogue. */
const DURATION_SIGMA = 0.12;
const STRAGGLER_SHARE = 0.001;
const STRAGGLER_FACTOR = 3;

export const CIRCUITS = Object.keys(CIRCUIT_CATALOGUE) as readonly NativeCircuit[];
export const POOL_OF_CIRCUIT = CIRCUITS.map((circuit) => CIRCUIT_CATALOGUE[circuit].pool) as readonly SimulatedPool[];
export const IS_URGENT = CIRCUITS.map((circuit) => CIRCUIT_CATALOGUE[circuit].lane === 'urgent');
const SECONDS_OF_CIRCUIT = CIRCUITS.map((circuit) => CIRCUIT_CATALOGUE[circuit].expectedSeconds);

/**
 * An epoch, the same for all rules: the real tree, as arrays by job (children before their parents, the root last), and what
 * chance has decided for each job in advance.
 */
export interface EpochPlan {
  readonly epoch: number;
  readonly shape: readonly CheckpointShape[];
  readonly endsAtSeconds: number;
  /** When its root must be mined. */
  readonly deadlineAtSeconds: number;
  /** Index into `CIRCUITS`. */
  readonly circuits: Uint8Array;
  readonly childCounts: Uint16Array;
  readonly parents: readonly Uint32Array[];
  /** Before this time the node has not executed what the job is about. */
  readonly askableAtSeconds: Float64Array;
  /** As it will turn out. */
  readonly durationSeconds: Float64Array;
  /** Expected time from the start of the job to the root, by the longest path. */
  readonly secondsToRoot: Float64Array;
}

export interface PlanOptions {
  /** `AZTEC_PROOF_SUBMISSION_EPOCHS`. @default 1, as on mainnet and testnet */
  readonly windowEpochs?: number;
  /** Of what the jobs' durations turn out to be. @default they are what the catalogue says */
  readonly chance?: Chance;
}

export function planEpoch(
  epoch: number,
  shape: readonly CheckpointShape[],
  { windowEpochs = 1, chance }: PlanOptions = {},
): EpochPlan {
  const tree = expectedTree(shape);
  const endsAtSeconds = (epoch + 1) * EPOCH_SECONDS;
  const circuits = Uint8Array.from(tree.jobs, ({ circuit }) => CIRCUITS.indexOf(circuit));
  return {
    epoch,
    shape,
    endsAtSeconds,
    deadlineAtSeconds: endsAtSeconds + windowEpochs * EPOCH_SECONDS,
    circuits,
    childCounts: Uint16Array.from(tree.jobs, ({ children }) => children.length),
    parents: tree.jobs.map(({ parents }) => Uint32Array.from(parents)),
    askableAtSeconds: askableAtSeconds(tree, shape, endsAtSeconds + GATHER_SECONDS),
    durationSeconds: Float64Array.from(circuits, (circuit) => SECONDS_OF_CIRCUIT[circuit]! * factorOf(chance)),
    secondsToRoot: secondsToRoot(tree, circuits),
  };
}

function factorOf(chance: Chance | undefined): number {
  if (chance === undefined) return 1;
  const straggles = chance.happens(STRAGGLER_SHARE) ? STRAGGLER_FACTOR : 1;
  return straggles * chance.around(DURATION_SIGMA);
}

function askableAtSeconds(
  { nodes, jobs }: ExpectedTree,
  shape: readonly CheckpointShape[],
  startSeconds: number,
): Float64Array {
  const { blocks, checkpoints } = executedAtSeconds(shape, startSeconds);
  const askableAt = ({ circuit, nodes: [first] }: ExpectedJob): number => {
    const { checkpoint, block } = nodes[first!]!.position;
    // All transactions' chonk proofs are verified from the start.
    if (circuit === 'PUBLIC_CHONK_VERIFIER' || checkpoint === undefined) return startSeconds;
    // Needs hints that all checkpoints before it have a part in.
    if (circuit.startsWith('CHECKPOINT_ROOT')) return Math.max(...checkpoints.slice(0, checkpoint + 1));
    return blocks[checkpoint]![block ?? 0]!;
  };
  return Float64Array.from(jobs, askableAt);
}

/** When each block, and each checkpoint, has been executed. Their order is the epoch's, two checkpoints at a time. */
function executedAtSeconds(
  shape: readonly CheckpointShape[],
  startSeconds: number,
): { readonly blocks: readonly (readonly number[])[]; readonly checkpoints: readonly number[] } {
  const freeAt = new Array<number>(CHECKPOINTS_AT_A_TIME).fill(startSeconds);
  const blocks = shape.map((checkpoint) => {
    const executor = freeAt.indexOf(Math.min(...freeAt));
    return checkpoint.blocks.map(({ publicTxs, privateTxs }) => {
      freeAt[executor]! += EXECUTION_SECONDS_PER_BLOCK + EXECUTION_SECONDS_PER_TX * (publicTxs + privateTxs);
      return freeAt[executor]!;
    });
  });
  return { blocks, checkpoints: blocks.map((ofCheckpoint) => ofCheckpoint.at(-1)!) };
}

function secondsToRoot({ jobs }: ExpectedTree, circuits: Uint8Array): Float64Array {
  const toRoot = new Float64Array(jobs.length);
  for (let job = jobs.length - 1; job >= 0; job -= 1) {
    const above = jobs[job]!.parents.map((parent) => toRoot[parent]!);
    toRoot[job] = SECONDS_OF_CIRCUIT[circuits[job]!]! + Math.max(0, ...above);
  }
  return toRoot;
}
