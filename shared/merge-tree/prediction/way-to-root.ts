import type { JobTally } from '../../ledger/job-ledger.ts';
import {
  type CircuitName,
  circuitOf,
  circuitsOfVersion,
  levelOf,
  levelsOf,
} from '../../proving-job/circuit-catalogue.ts';
import { jobsIn } from '../../ledger/job-tally.ts';
import type { ComingJobs } from './streamed-work-ahead.ts';

/**
 * The least that a node must still ask for, whatever its tree: one job of each level above its open jobs, the slowest of that
 * level, but for a root that it has asked for.
 */
export function wayToRoot(tally: JobTally, networkVersion: string): readonly ComingJobs[] {
  const levels = levelsOf('aztec');
  const open = [...tally].filter(([, counts]) => jobsIn(counts) > counts.proven + counts.rejected);
  const lowest = Math.min(...open.map(([circuit]) => levels.indexOf(levelOf(circuit))));
  const asked = new Set([...tally].filter(([, counts]) => jobsIn(counts) > 0).map(([circuit]) => levelOf(circuit)));
  const root = levels.length - 1;
  return levels.flatMap((level, index): readonly ComingJobs[] => {
    const isAskedRoot = index === root && asked.has(level);
    if (isAskedRoot || (index <= lowest && index < root)) return [];
    const circuit = slowestOf(level, networkVersion);
    return circuit === undefined ? [] : [{ circuit, count: 1, fromSeconds: 0, untilSeconds: 0 }];
  });
}

function slowestOf(level: string, networkVersion: string): CircuitName | undefined {
  const seconds = (circuit: CircuitName): number => circuitOf(circuit, networkVersion).expectedSeconds;
  const [slowest] = circuitsOfVersion(networkVersion)
    .filter((circuit) => levelOf(circuit) === level)
    .sort((a, b) => seconds(b) - seconds(a));
  return slowest;
}
