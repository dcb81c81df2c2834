import type { JobTally } from '../../ledger/job-ledger.ts';
import { jobsIn } from '../../ledger/job-tally.ts';
import {
  type CircuitName,
  circuitOf,
  circuitsOfVersion,
  isRoot,
  levelOf,
  levelsOf,
} from '../../proving-job/circuit-catalogue.ts';
import { type ComingJobs, takesProofsOf } from './streamed-work-ahead.ts';

/**
 * The least that a node must still ask for, whatever its tree: one job of each level above its open jobs that takes their
 * proofs, the slowest of that level, but for a root that it has asked for.
 */
export function wayToRoot(tally: JobTally, networkVersion: string): readonly ComingJobs[] {
  const open = [...tally].filter(([, counts]) => jobsIn(counts) > counts.proven + counts.rejected);
  if (open.some(([circuit]) => isRoot(circuit))) return [];
  const coming: CircuitName[] = [];
  for (const level of levelsOf('aztec')) {
    const below = [...open.map(([circuit]) => circuit), ...coming].filter((circuit) => isBelow(circuit, level));
    const circuit = slowestOf(level, networkVersion);
    const isNeeded = below.some((one) => takesProofsOf(level, one)) || (circuit !== undefined && isRoot(circuit));
    if (isNeeded && circuit !== undefined) coming.push(circuit);
  }
  return coming.map((circuit) => ({ circuit, count: 1, fromSeconds: 0, untilSeconds: 0 }));
}

/** An unknown circuit may be below all others. */
function isBelow(circuit: CircuitName, level: string): boolean {
  const levels = levelsOf('aztec');
  return levels.indexOf(levelOf(circuit)) < levels.indexOf(level);
}

function slowestOf(level: string, networkVersion: string): CircuitName | undefined {
  const seconds = (circuit: CircuitName): number => circuitOf(circuit, networkVersion).expectedSeconds;
  const [slowest] = circuitsOfVersion(networkVersion)
    .filter((circuit) => levelOf(circuit) === level)
    .sort((a, b) => seconds(b) - seconds(a));
  return slowest;
}
