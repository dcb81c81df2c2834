import { type CircuitName, levelOf } from '../../proving-job/circuit-catalogue.ts';
import type { CircuitStandings } from '../progress/circuit-standings.ts';
import { askedOf, type JobsToCome } from './jobs-to-come.ts';

/** The levels of merges, with the levels whose jobs they merge, and those whose jobs each take all of one tree of merges. */
const MERGES: Readonly<Record<string, { readonly of: readonly string[]; readonly into: string }>> = {
  'tx merges': { of: ['PRIVATE_TX_BASE_ROLLUP', 'PUBLIC_TX_BASE_ROLLUP'], into: 'block roots' },
  'block merges': { of: ['block roots'], into: 'checkpoint roots' },
  'checkpoint merges': { of: ['checkpoint roots'], into: 'root' },
};

/** How many jobs of a level are on one way to the root, by the number of jobs that an epoch has and is expected to have. */
export class LevelsAbove {
  readonly #jobs = new Map<string, number>();

  constructor(standings: CircuitStandings, { ofCheckpoints, ofTop }: JobsToCome) {
    for (const [circuit, standing] of standings) this.#add(circuit, askedOf(standing));
    for (const [circuit, jobs] of [...ofCheckpoints, ...ofTop]) this.#add(circuit, jobs);
  }

  /** One where nothing says that there are more. A tree of merges over `n` jobs is log₂ `n` deep, its top being another level's. */
  of(level: string): number {
    const merges = MERGES[level];
    if (merges === undefined) return 1;
    const merged = merges.of.reduce((sum, name) => sum + (this.#jobs.get(name) ?? 0), 0);
    const trees = this.#jobs.get(merges.into) ?? 0;
    return trees === 0 ? 1 : Math.max(1, Math.ceil(Math.log2(merged / trees) - 1e-6) - 1);
  }

  #add(circuit: CircuitName, jobs: number): void {
    for (const name of [circuit, levelOf(circuit)]) this.#jobs.set(name, (this.#jobs.get(name) ?? 0) + jobs);
  }
}
