import type { BlockShape, CheckpointShape } from '../../../shared/proving-job/checkpoint-shape.ts';
import { expectedTree } from '../../../shared/merge-tree/expected/tree-of-shape.ts';
import type { ExpectedJob, ExpectedTree } from '../../../shared/merge-tree/expected/expected-tree.ts';
import type { Chance } from './chance.ts';
import { indexOfCircuit, SECONDS_OF_CIRCUIT, type SimulatedVersion } from './simulated-circuits.ts';

/** Aztec's mainnet and testnet, in 4.1.2 as in 6.0.0 (`spartan/environments/network-defaults.yml`): 32 slots of 72 s, and one more epoch to prove an epoch in. */
export const SLOT_SECONDS = 72;
export const SLOTS_PER_EPOCH = 32;
export const EPOCH_SECONDS = SLOT_SECONDS * SLOTS_PER_EPOCH;

/** Between the end of an epoch and its first jobs: L1's last block is read, the transactions are gathered. */
export const GATHER_SECONDS = 30;
/** Until a root transaction is mined: a root proven later than this before the deadline is too late. */
export const INCLUSION_SECONDS = 60;
/** The node executes two checkpoints at a time, `proverNodeMaxParallelBlocksPerEpoch` 4.1.2. */
const CHECKPOINTS_AT_A_TIME = 2;
const EXECUTION_SECONDS_PER_BLOCK = 0.5;
const EXECUTION_SECONDS_PER_TX = 0.02;

/** What an agent does for a job besides proving it: inputs in, proof out, the ledger. */
export const HANDLING_SECONDS = 0.5;

/** How much a job's duration differs from the catalogue. */
export const DURATION_SIGMA = 0.12;
const STRAGGLER_SHARE = 0.001;
const STRAGGLER_FACTOR = 3;

/**
 * An epoch, the same for all rules: the real tree, as arrays by job (children before their parents, the root last), and what
 * chance has decided for each job in advance.
 */
export interface EpochPlan {
  readonly epoch: number;
  readonly networkVersion: SimulatedVersion;
  readonly shape: readonly CheckpointShape[];
  /** When the node asks for its first jobs. */
  readonly opensAtSeconds: number;
  readonly endsAtSeconds: number;
  /** When its root must be mined. */
  readonly deadlineAtSeconds: number;
  /** Index into `CIRCUITS`. */
  readonly circuits: Uint8Array;
  readonly childCounts: Uint16Array;
  readonly parents: readonly Uint32Array[];
  /** When a node knows that there will be such a job. @default when it opens */
  readonly knownAtSeconds?: Float64Array;
  /** Before this time the node has not executed what the job is about. */
  readonly askableAtSeconds: Float64Array;
  /** As it will turn out. */
  readonly durationSeconds: Float64Array;
  /** Expected time from the start of the job to the root, by the longest path. */
  readonly secondsToRoot: Float64Array;
  /** Jobs that need more memory than an agent of their pool has. @default none */
  readonly needsMore?: Uint8Array;
  /** How much longer than that the first attempt takes, as a factor: its machine is slow. @default 1 */
  readonly firstFactor?: Float32Array;
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
  const circuits = Uint8Array.from(tree.jobs, ({ circuit }) => indexOfCircuit(circuit, '4.1.2'));
  return {
    epoch,
    networkVersion: '4.1.2',
    shape,
    opensAtSeconds: endsAtSeconds,
    endsAtSeconds,
    deadlineAtSeconds: endsAtSeconds + windowEpochs * EPOCH_SECONDS,
    circuits,
    childCounts: Uint16Array.from(tree.jobs, ({ children }) => children.length),
    parents: tree.jobs.map(({ parents }) => Uint32Array.from(parents)),
    askableAtSeconds: askableAtSeconds(tree, shape, endsAtSeconds + GATHER_SECONDS),
    durationSeconds: Float64Array.from(circuits, (circuit) => SECONDS_OF_CIRCUIT[circuit]! * factorOf(chance)),
    secondsToRoot: secondsToRoot(tree.jobs, circuits),
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

/** How long the node executes a block. */
export function executionSeconds({ publicTxs, privateTxs }: BlockShape): number {
  return EXECUTION_SECONDS_PER_BLOCK + EXECUTION_SECONDS_PER_TX * (publicTxs + privateTxs);
}

/** When each block, and each checkpoint, has been executed. Their order is the epoch's, two checkpoints at a time. */
function executedAtSeconds(
  shape: readonly CheckpointShape[],
  startSeconds: number,
): { readonly blocks: readonly (readonly number[])[]; readonly checkpoints: readonly number[] } {
  const freeAt = new Array<number>(CHECKPOINTS_AT_A_TIME).fill(startSeconds);
  const blocks = shape.map((checkpoint) => {
    const executor = freeAt.indexOf(Math.min(...freeAt));
    return checkpoint.blocks.map((block) => {
      freeAt[executor]! += executionSeconds(block);
      return freeAt[executor]!;
    });
  });
  return { blocks, checkpoints: blocks.map((ofCheckpoint) => ofCheckpoint.at(-1)!) };
}

/** Expected time from the start of each job to the root, by the longest path. @param jobs children before their parents */
export function secondsToRoot(
  jobs: readonly { readonly parents: readonly number[] }[],
  circuits: Uint8Array,
): Float64Array {
  const toRoot = new Float64Array(jobs.length);
  for (let job = jobs.length - 1; job >= 0; job -= 1) {
    const above = jobs[job]!.parents.map((parent) => toRoot[parent]!);
    toRoot[job] = SECONDS_OF_CIRCUIT[circuits[job]!]! + Math.max(0, ...above);
  }
  return toRoot;
}
