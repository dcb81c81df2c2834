import type { Pool } from '../../proving-job/circuit-family.ts';
import {
  type CircuitName,
  circuitOf,
  circuitsOfVersion,
  levelOf,
  levelsOf,
} from '../../proving-job/circuit-catalogue.ts';
import { isRootProven } from '../../ledger/job-tally.ts';
import type { CircuitStandings, OpenStanding } from './circuit-standings.ts';
import { loadOf, NONE_ASKED, type PoolLoad, sumOfLoads, type WorkLeftOptions } from './work-left.ts';

/**
 * What is left of an epoch that streams, by the jobs it has: nobody knows its tree, so what its node has not asked for yet
 * counts only as the way up from a job to the root, through one job of each level above, the slowest of that level.
 */
export class StreamedWork {
  readonly #networkVersion: string;
  readonly #secondsOf: (circuit: CircuitName) => number;
  /** Of Aztec's levels, bottom to top. */
  readonly #slowestSeconds: readonly number[];

  /** @param secondsOf how long a circuit takes, from claim to settlement. @default the catalogue's times */
  constructor(
    networkVersion: string,
    secondsOf: (circuit: CircuitName) => number = (circuit) => circuitOf(circuit, networkVersion).expectedSeconds,
  ) {
    this.#networkVersion = networkVersion;
    this.#secondsOf = secondsOf;
    const circuits = circuitsOfVersion(networkVersion);
    this.#slowestSeconds = levelsOf('aztec').map((level) =>
      Math.max(0, ...circuits.filter((circuit) => levelOf(circuit) === level).map(secondsOf)),
    );
  }

  /** The longest chain that must follow a job of the circuit, in seconds. An unknown circuit may be below all others. */
  aboveSeconds(circuit: CircuitName): number {
    const above = levelsOf('aztec').indexOf(levelOf(circuit)) + 1;
    return this.#slowestSeconds.slice(above).reduce((sum, seconds) => sum + seconds, 0);
  }

  /** The longest chain from any open job to the root, in seconds; 0 when none is open. */
  pathSeconds(standings: CircuitStandings): number {
    const isDone = isRootProven(standings);
    const ways = [...standings]
      .filter(([, standing]) => openJobs([standing, ...(standing.moved?.values() ?? [])]) > 0)
      .map(([circuit]) => this.#secondsOf(circuit) + (isDone ? 0 : this.aboveSeconds(circuit)));
    return Math.max(0, ...ways);
  }

  /** The load of each pool by the jobs that there are; pools without any are absent. */
  byPool(
    standings: CircuitStandings,
    {
      secondsOf,
      slotsOf,
    }: Pick<WorkLeftOptions, 'slotsOf'> & {
      readonly secondsOf: (circuit: CircuitName, pool: Pool) => ReturnType<WorkLeftOptions['secondsOf']>;
    },
  ): Partial<Record<Pool, PoolLoad>> {
    const loads: Partial<Record<Pool, PoolLoad>> = {};
    for (const [circuit, standing] of standings) {
      const own = [circuitOf(circuit, this.#networkVersion).pool, standing] as const;
      for (const [pool, open] of [own, ...(standing.moved ?? [])]) {
        if (openJobs([open]) === 0) continue;
        const jobs = { ...NONE_ASKED, ...open };
        const load = loadOf(jobs, secondsOf(circuit, pool), slotsOf(pool), this.aboveSeconds(circuit));
        loads[pool] = sumOfLoads(load, loads[pool]);
      }
    }
    return loads;
  }
}

function openJobs(standings: readonly OpenStanding[]): number {
  return standings.reduce((sum, { waiting, runningForSeconds }) => sum + waiting + runningForSeconds.length, 0);
}
