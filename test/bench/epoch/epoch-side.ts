import type { EpochProver } from '@aztec/stdlib/interfaces/server';

import type { EpochData } from '../../../containers/node/epoch-data.ts';

/** One of the fleets that the bench compares. */
export interface EpochSide {
  readonly name: string;
  /**
   * Runs all agents, or those with the given numbers, while `prove` proves with an orchestrator that requests proofs from
   * them.
   */
  run<T>(data: EpochData, prove: (orchestrator: EpochProver) => Promise<T>, agents?: readonly number[]): Promise<T>;
}
