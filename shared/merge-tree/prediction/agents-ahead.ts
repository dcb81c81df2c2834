import type { Pool } from '../../proving-job/circuit-family.ts';

/** Agents that take the same jobs, counted in slots: an agent proves one job in each of its slots. */
export interface AgentSlots {
  /** An agent may serve several. */
  readonly pools: readonly Pool[];
  readonly slots: number;
  /** Until they take their first job; 0 for agents that are up. */
  readonly inSeconds: number;
}

/** Who starts agents as an epoch needs them. */
export interface ScalingAhead {
  /** The others get no agents but those that are there or coming. */
  readonly pools: readonly Pool[];
  /** From a job that waits, or a lack that shows, to the first claim of an agent that is started for it. */
  readonly startUpSeconds: number;
  /** How long before the end of their time roots are to be proven. */
  readonly reserveSeconds: number;
}

/** The agents that epochs have, and those that they will have. */
export interface AgentsAhead {
  readonly slots: readonly AgentSlots[];
  /** `undefined` where nothing starts agents. */
  readonly scaling: ScalingAhead | undefined;
}
