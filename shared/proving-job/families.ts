import { AZTEC_FAMILY } from './aztec-circuits.ts';
import { CANARY_FAMILY } from './canary-circuits.ts';
import type { CircuitFamily } from './circuit-family.ts';

/** Every family of the fleet. A new one is a line here, and one in the agent's `family-registry.ts`. */
export const FAMILIES = { aztec: AZTEC_FAMILY, canary: CANARY_FAMILY } as const satisfies Record<string, CircuitFamily>;
