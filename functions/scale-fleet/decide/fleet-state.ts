import type { Capacity } from '../../../shared/agent-fleet/agent-fleet.ts';
import type { JobRecord } from '../../../shared/ledger/job-ledger.ts';
import type { PoolLoad } from '../../../shared/merge-tree/progress/work-left.ts';
import type { Pool } from '../../../shared/proving-job/circuit-family.ts';
import type { EpochNumber } from '../../../shared/proving-job/proving-job-id.ts';

/** An epoch that is being proven, or one that still grows and will be. */
export interface EpochLoad {
  readonly epoch: EpochNumber;
  /** When its proof must be mined. */
  readonly deadlineAtMs: number;
  /** When its jobs can first be there: in the past for one under way, its end for one that still grows. */
  readonly startsAtMs: number;
  /** The longest chain of jobs left, if each found an idle agent at once. */
  readonly pathSeconds: number;
  /** A pool that it needs no more is absent. */
  readonly pools: Readonly<Partial<Record<Pool, PoolLoad>>>;
}

/** The jobs of one pool that agents are needed for. */
export interface PoolJobs {
  /** Of epochs that are being proven: no agent holds them. */
  readonly waiting: number;
  /** Agents hold them, whatever became of their epoch; one that two agents prove counts as two. */
  readonly running: number;
}

/** The agents of a pool that were bought one way. */
export interface CapacityState {
  /** What the service was last told. */
  readonly desired: number;
  /** Of them, those that are up: starting ones do not count. */
  readonly running: number;
  /** Of the running, those with a job: no decision goes below their number. `undefined` when nobody could say. */
  readonly busy: number | undefined;
  readonly dollarsPerHour: number;
}

export interface PoolLimits {
  /** Agents that are kept whatever happens. */
  readonly floor: number;
  readonly ceiling: number;
  readonly slotsPerAgent: number;
  /** The least part of the agents that is bought on demand, 0 to 1. @default 0 */
  readonly onDemandShare?: number;
}

export interface PoolState {
  readonly limits: PoolLimits;
  /** From the order for an agent to its first claim. */
  readonly startUpSeconds: number;
  /** Spot agents that were taken back in the last ten minutes. */
  readonly spotInterruptions: number;
  /** Times in the last two minutes that the provider said it has no Spot agent to give. */
  readonly spotRefusals: number;
  readonly capacity: Readonly<Record<Capacity, CapacityState>>;
}

export interface Budget {
  /** What all agents together may cost. @default no limit */
  readonly dollarsPerHour?: number;
  /** Whether it may be crossed when an epoch would be missed otherwise. */
  readonly mayCross: boolean;
}

/** What one decision hands to the next. To lose it costs some money, never an epoch. */
export interface FleetMemory {
  readonly atMs: number;
  readonly pools: Readonly<Partial<Record<Pool, PoolMemory>>>;
}

export interface PoolMemory {
  /** Spot agents that were up. */
  readonly spotRunning?: number;
  /** Since when Spot agents are missing that were ordered, and none came up. */
  readonly spotShortSinceMs?: number;
  /** Spot is not asked for more than a try before this: it had none. */
  readonly spotDryUntilMs?: number;
}

export interface ScalingPolicy {
  /** Time before the deadline at which the root should be done, for what nobody foresees. */
  readonly marginSeconds: number;
  /** From a proven root to its transaction on L1. */
  readonly submissionSeconds: number;
  /** What work takes more than its mean says, as a factor. */
  readonly workCushion: number;
  /** How much longer than nearly all of its kind a job has run when a second agent may be given a copy, as a factor. */
  readonly copyOverrun: number;
  /** Second copies under way at one time, of all epochs. */
  readonly mostCopies: number;
}

/** A second copy that no agent has begun. */
export interface WantedCopy {
  /** Leased. */
  readonly record: JobRecord;
  /** What is missing: to ask the ledger and send a message, to send one, or an agent. */
  readonly step: 'ask' | 'send' | 'wait';
  readonly reason: string;
}

/** All that a decision looks at. */
export interface FleetState {
  readonly nowMs: number;
  /** `undefined` when the ledger could not be read: then nothing is cut. */
  readonly epochs: readonly EpochLoad[] | undefined;
  /** A pool that is absent has no agents, and gets none. */
  readonly pools: Readonly<Partial<Record<Pool, PoolState>>>;
  /** @default none */
  readonly copies?: readonly WantedCopy[];
  readonly budget: Budget;
  readonly policy: ScalingPolicy;
  readonly memory: FleetMemory | undefined;
}

export const DEFAULT_SCALING_POLICY: ScalingPolicy = {
  marginSeconds: 420,
  submissionSeconds: 180,
  workCushion: 1.08,
  copyOverrun: 1.5,
  mostCopies: 3,
};

/** How many agents a pool shall have, each way, and why. */
export interface PoolDecision extends Readonly<Record<Capacity, number>> {
  readonly reason: string;
}

/** Where an epoch stands with the agents decided on. */
export interface EpochOutlook {
  readonly epoch: EpochNumber;
  /** Between the moment at which the root is mined at the latest and the deadline; negative when it may miss. */
  readonly slackSeconds: number;
}

export interface FleetDecision {
  readonly atMs: number;
  readonly pools: Readonly<Partial<Record<Pool, PoolDecision>>>;
  readonly outlooks: readonly EpochOutlook[];
  /** What the decided agents cost. */
  readonly dollarsPerHour: number;
  readonly reason: string;
  /** For the next decision. */
  readonly memory: FleetMemory;
}
