import type { Capacity } from '../../../shared/agent-fleet/agent-fleet.ts';
import type { Pool } from '../../../shared/proving-job/circuit-family.ts';

/** The pools that Aztec's circuits need. */
export const POOLS = ['small', 'medium', 'large'] as const satisfies readonly Pool[];
export type SimulatedPool = (typeof POOLS)[number];

export const CAPACITIES = ['spot', 'od'] as const satisfies readonly Capacity[];

export type PerPool<T> = Readonly<Record<SimulatedPool, T>>;
export type PerCapacity<T> = Readonly<Record<Capacity, T>>;

export function perPool<T>(of: (pool: SimulatedPool) => T): PerPool<T> {
  return { small: of('small'), medium: of('medium'), large: of('large') };
}
