import type { EpochPlan } from '../epoch-plan.ts';
import type { EpochRun } from '../epoch-run.ts';
import type { PerCapacity, PerPool } from '../pools.ts';

/** The agents of a pool that were bought one way, as ECS would tell. */
export interface ServiceView {
  readonly desired: number;
  /** Ordered or starting. */
  readonly starting: number;
  readonly running: number;
  /** Of the running, those with a job. */
  readonly proving: number;
  /** Agents that were taken back in the last ten minutes. */
  readonly interruptions: number;
  /** Orders that the provider refused in the last two minutes. */
  readonly refusals: number;
}

export interface PoolView {
  /** Messages that wait. */
  readonly waitingJobs: number;
  readonly provingJobs: number;
  /** Jobs of open epochs that the node has not asked for yet. */
  readonly unaskedJobs: number;
  readonly services: PerCapacity<ServiceView>;
}

/** What a rule may look at. */
export interface FleetView {
  readonly nowSeconds: number;
  readonly pools: PerPool<PoolView>;
  /** The nearest deadline first. */
  readonly epochs: readonly EpochRun[];
  /** The epoch that grows, if a rule wants to know what is coming. */
  readonly coming: EpochPlan | undefined;
}

export type DesiredAgents = PerPool<PerCapacity<number>>;

/** Says how many agents each pool shall have. Made anew for every run, so it may remember what it has seen. */
export interface ScalingRule {
  readonly name: string;
  /** Between two looks at the fleet. */
  readonly everySeconds: number;
  /** Whether it is asked as well when an epoch opens or closes, or a pool's queue runs empty. */
  readonly hearsOfEvents: boolean;
  /** Whether agents that prove are protected from its scale-in. */
  readonly protectsProving: boolean;
  decide(view: FleetView): DesiredAgents;
}
