import type { EpochProver } from '@aztec/stdlib/interfaces/server';

import type { EpochData } from '../../../containers/node/epoch-data.ts';

/** One of the fleets that the bench compares. */
export interface EpochSide {
  readonly name: string;
  /**
   * Puts its agents to work, all or those with the given numbers, for as long as `prove` takes with an orchestrator that
   * asks them for proofs.
   */
  run<T>(data: EpochData, prove: (orchestrator: EpochProver) => Promise<T>, agents?: readonly number[]): Promise<T>;
}
