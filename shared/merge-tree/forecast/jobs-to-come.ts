import {
  circuitOf,
  type CircuitName,
  CircuitName as CircuitNameSchema,
  isRoot,
  levelOf,
  levelsOf,
} from '../../proving-job/circuit-catalogue.ts';
import type { CircuitStandings } from '../progress/circuit-standings.ts';

/** Jobs by circuit that a node asked for in an earlier epoch, all of it. */
export type EpochCounts = ReadonlyMap<CircuitName, number>;

/** How far an epoch that streams is. */
export interface StreamSoFar {
  readonly networkVersion: string;
  readonly standings: CircuitStandings;
  /** The share of its checkpoints that have come, 0 to 1. */
  readonly elapsedShare: number;
  /** Earlier epochs of the version. */
  readonly earlier: readonly EpochCounts[];
}

/** Jobs that a node is expected to ask for, by circuit: means, not whole numbers. Circuits without any are absent. */
export interface JobsToCome {
  /** Of checkpoints, those still to come included: until soon after the epoch's end. */
  readonly ofCheckpoints: ReadonlyMap<CircuitName, number>;
  /** The top tree: from the epoch's end on. */
  readonly ofTop: ReadonlyMap<CircuitName, number>;
}

/** Of an epoch whose root has been asked for, and of one whose tree is known. */
export const NOTHING_TO_COME: JobsToCome = { ofCheckpoints: new Map(), ofTop: new Map() };

/** What the earlier epochs weigh beside this one: as much as this share of an epoch. */
const EARLIER_SHARE = 0.25;
/** So few checkpoints say little, and a first one that comes early must not count for 32. */
const LEAST_SHARE = 1 / 32;

/** A block without transactions waits for no other job from 6.0 on. */
const EMPTY_BLOCK = 'BLOCK_ROOT_NO_TXS_ROLLUP';
/** 6.0 has one parity proof in each checkpoint, earlier versions a first block root of one of these kinds. */
const ONCE_PER_CHECKPOINT = [
  'INBOX_PARITY',
  'BLOCK_ROOT_FIRST_ROLLUP',
  'BLOCK_ROOT_SINGLE_TX_FIRST_ROLLUP',
  'BLOCK_ROOT_EMPTY_TX_FIRST_ROLLUP',
];
const CHECKPOINT_ROOT = CircuitNameSchema.parse('CHECKPOINT_ROOT_ROLLUP');
const CHECKPOINT_MERGE = CircuitNameSchema.parse('CHECKPOINT_MERGE_ROLLUP');
const CHECKPOINT_PADDING = 'CHECKPOINT_PADDING_ROLLUP';
const ROOT = CircuitNameSchema.parse('ROOT_ROLLUP');

/**
 * What an official node of v5 or later will still ask for. Leaves come with the checkpoints, so as many come in the rest of the
 * epoch as came in its part so far, with earlier epochs for a prior. The jobs above them are in the same proportion to the
 * leaves below as in the part that is proven. Of the top tree only the number of checkpoints is unknown.
 */
export function jobsToCome({ networkVersion, standings, elapsedShare, earlier }: StreamSoFar): JobsToCome {
  if (standings.size === 0 || isRootAsked(standings, elapsedShare)) return NOTHING_TO_COME;
  const asked = new Map([...standings].map(([circuit, standing]) => [circuit, askedOf(standing)]));
  const before = meanOf(earlier);
  const circuits = new Set([...asked.keys(), ...before.keys()]);
  const secondsOf = (circuit: CircuitName): number => circuitOf(circuit, networkVersion).expectedSeconds;

  const leaves = [...circuits].filter(isLeaf);
  const weight = earlier.length === 0 ? 0 : EARLIER_SHARE;
  const share = Math.max(elapsedShare, weight === 0 ? LEAST_SHARE : 0);
  const expected = new Map<CircuitName, number>();
  for (const circuit of leaves) {
    const askedSoFar = asked.get(circuit) ?? 0;
    const perEpoch = (askedSoFar + weight * (before.get(circuit) ?? 0)) / (share + weight);
    expected.set(circuit, askedSoFar + (1 - elapsedShare) * perEpoch);
  }

  const leafSeconds = (countOf: (circuit: CircuitName) => number): number =>
    leaves.reduce((sum, circuit) => sum + countOf(circuit) * secondsOf(circuit), 0);
  const all = leafSeconds((circuit) => expected.get(circuit) ?? 0);
  const proven = leafSeconds((circuit) => standings.get(circuit)?.proven ?? 0);
  const allBefore = leafSeconds((circuit) => before.get(circuit) ?? 0);
  // Fades as leaves are proven: the jobs above them are then known.
  const weightSeconds = allBefore === 0 || all === 0 ? 0 : EARLIER_SHARE * Math.max(0, all - proven);
  for (const circuit of circuits) {
    if (!isWithinCheckpoint(circuit) || isLeaf(circuit)) continue;
    const askedSoFar = asked.get(circuit) ?? 0;
    const priorPerSecond = allBefore === 0 ? 0 : (before.get(circuit) ?? 0) / allBefore;
    const perSecond = (askedSoFar + weightSeconds * priorPerSecond) / Math.max(1, proven + weightSeconds);
    expected.set(circuit, Math.max(askedSoFar, perSecond * all));
  }
  expectPublicBases(expected);
  return {
    ofCheckpoints: rest(expected, asked),
    ofTop: rest(topOf(checkpointsOf(expected, before), asked), asked),
  };
}

/** One for each transaction with public calls, in every version: they are known before they are asked for. */
function expectPublicBases(expected: Map<CircuitName, number>): void {
  const publicTxs = expected.get('PUBLIC_VM') ?? 0;
  if (publicTxs > 0) expected.set('PUBLIC_TX_BASE_ROLLUP', publicTxs);
}

/** Never fewer than before: parity proofs over equal inputs are one job. */
function checkpointsOf(expected: EpochCounts, before: EpochCounts): number {
  const byParts = ONCE_PER_CHECKPOINT.reduce(
    (sum, name) => sum + (expected.get(CircuitNameSchema.parse(name)) ?? 0),
    0,
  );
  return Math.max(1, byParts, checkpointRootsIn(before));
}

function topOf(checkpoints: number, asked: EpochCounts): Map<CircuitName, number> {
  // The two kinds take about as long, so that what is missing counts as one of them.
  const otherRoots = checkpointRootsIn(asked) - (asked.get(CHECKPOINT_ROOT) ?? 0);
  return new Map([
    [CHECKPOINT_ROOT, checkpoints - otherRoots],
    [CHECKPOINT_MERGE, Math.max(0, checkpoints - 2)],
    [ROOT, 1],
  ]);
}

function checkpointRootsIn(counts: EpochCounts): number {
  return counts
    .entries()
    .filter(([circuit]) => levelOf(circuit) === levelOf(CHECKPOINT_ROOT) && circuit !== CHECKPOINT_PADDING)
    .reduce((sum, [, jobs]) => sum + jobs, 0);
}

/** A node asks for the root last. One that comes while the epoch lasts proves a part of it. */
function isRootAsked(standings: CircuitStandings, elapsed: number): boolean {
  return elapsed >= 1 && standings.entries().some(([circuit, standing]) => isRoot(circuit) && askedOf(standing) > 0);
}

const LEVELS = levelsOf('aztec');

function isLeaf(circuit: CircuitName): boolean {
  return levelOf(circuit) === LEVELS[0] || circuit === EMPTY_BLOCK;
}

function isWithinCheckpoint(circuit: CircuitName): boolean {
  const level = LEVELS.indexOf(levelOf(circuit));
  return level >= 0 && level < LEVELS.indexOf(levelOf(CHECKPOINT_ROOT));
}

/** Jobs of the circuit that a node has asked for and that were not rejected. */
export function askedOf({
  proven,
  runningForSeconds,
  waiting,
  moved,
}: NonNullable<ReturnType<CircuitStandings['get']>>): number {
  const open = [{ runningForSeconds, waiting }, ...(moved?.values() ?? [])];
  return open.reduce((sum, each) => sum + each.runningForSeconds.length + each.waiting, proven);
}

function meanOf(epochs: readonly EpochCounts[]): EpochCounts {
  const mean = new Map<CircuitName, number>();
  for (const counts of epochs) {
    for (const [circuit, jobs] of counts) mean.set(circuit, (mean.get(circuit) ?? 0) + jobs / epochs.length);
  }
  return mean;
}

function rest(expected: EpochCounts, asked: EpochCounts): ReadonlyMap<CircuitName, number> {
  const missing = [...expected].map(([circuit, jobs]) => [circuit, jobs - (asked.get(circuit) ?? 0)] as const);
  return new Map(missing.filter(([, jobs]) => jobs > 1e-6));
}
