import type { Capacity } from '../../../shared/agent-fleet/agent-fleet.ts';
import type { JobRecord } from '../../../shared/ledger/job-ledger.ts';
import type { PoolLoad } from '../../../shared/merge-tree/progress/work-left.ts';
import type { Pool } from '../../../shared/proving-job/circuit-family.ts';
import type { EpochId, EpochNumber } from '../../../shared/proving-job/epoch-id.ts';

/** An epoch that is being proven, or one that still grows and will be. */
export interface EpochLoad {
  readonly id: EpochId;
  readonly epoch: EpochNumber;
  /** When its proof must be mined. */
  readonly deadlineAtMs: number;
  /** When its first jobs can exist: in the past for an epoch under way, at its end for one that still grows. */
  readonly startsAtMs: number;
  /** The longest chain of jobs left, as if each found an idle agent at once; the wait for its end is a part of it. */
  readonly pathSeconds: number;
  /** Without the pools that it no longer needs. */
  readonly pools: Readonly<Partial<Record<Pool, PoolLoad>>>;
  /** Of an epoch that streams. */
  readonly stream?: StreamOutlook;
}

/** What the load of an epoch that streams is made of. */
export interface StreamOutlook {
  /** When its last slot is over: until then jobs arrive. */
  readonly endsAtMs: number;
  /** The share of its checkpoints that have come, 0 to 1. */
  readonly elapsedShare: number;
  /** Of jobs that there are, in seconds of one slot, over all pools; and of those that are forecast. */
  readonly knownSeconds: number;
  readonly forecastSeconds: number;
  /** How many earlier epochs the forecast is based on, beside this one so far. */
  readonly earlierEpochs: number;
  /** Waiting jobs that nobody needs since a prune: they are no work. */
  readonly orphans: number;
}

/** The jobs of one pool that agents are needed for. */
export interface PoolJobs {
  /** Of epochs that are being proven; not held by an agent. */
  readonly waiting: number;
  /** Held by an agent, even if their epoch has ended; a job that two agents prove counts twice. */
  readonly running: number;
}

/** The agents of a pool that were bought one way. */
export interface CapacityState {
  /** The number last requested from the service. */
  readonly desired: number;
  /** Those of them that are up; starting ones do not count. */
  readonly running: number;
  /** The running ones that have a job: no decision goes below their number. `undefined` when it is unknown. */
  readonly busy: number | undefined;
  readonly dollarsPerHour: number;
  /** The price is not known: it is at most that. */
  readonly isPriceAtMost?: true;
}

export interface PoolLimits {
  /** Agents that are always kept. */
  readonly floor: number;
  readonly ceiling: number;
  readonly slotsPerAgent: number;
  /** The least share of the agents that is bought on demand, 0 to 1. @default 0 */
  readonly onDemandShare?: number;
}

export interface PoolState {
  readonly limits: PoolLimits;
  /** From the order for an agent to its first claim. */
  readonly startUpSeconds: number;
  /** Spot agents that were taken back in the last ten minutes. */
  readonly spotInterruptions: number;
  /** How often in the last two minutes the provider had no Spot agent to give. */
  readonly spotRefusals: number;
  readonly capacity: Readonly<Record<Capacity, CapacityState>>;
}

export interface Budget {
  /** What all agents together may cost. @default no limit */
  readonly dollarsPerHour?: number;
  /** Whether it may be exceeded when an epoch would otherwise be missed. */
  readonly mayCross: boolean;
}

/** What one decision passes to the next. Losing it costs some money, never an epoch. */
export interface FleetMemory {
  readonly atMs: number;
  readonly pools: Readonly<Partial<Record<Pool, PoolMemory>>>;
}

export interface PoolMemory {
  /** Spot agents that were up. */
  readonly spotRunning?: number;
  /** Since when ordered Spot agents have been missing with none coming up. */
  readonly spotShortSinceMs?: number;
  /** Spot had no agents: until then what is missing is bought on demand. */
  readonly spotDryUntilMs?: number;
}

export interface ScalingPolicy {
  /** How long before the deadline the root should be done, as a reserve for the unexpected. */
  readonly marginSeconds: number;
  /** From a proven root to its transaction on L1. */
  readonly submissionSeconds: number;
  /** How much longer than its mean work is assumed to take, as a factor. */
  readonly workCushion: number;
  /** How much longer than nearly all jobs of its circuit a job must run before it may get a second copy, as a factor. */
  readonly copyOverrun: number;
  /** The most second copies at one time, over all epochs. */
  readonly mostCopies: number;
}

/** A second copy that no agent has started. */
export interface WantedCopy {
  /** Leased. */
  readonly record: JobRecord;
  /** What to do next: request it in the ledger and send a message, only send a message, or wait for an agent. */
  readonly step: 'ask' | 'send' | 'wait';
  readonly reason: string;
}

/** Everything a decision is based on. */
export interface FleetState {
  readonly nowMs: number;
  /** `undefined` when the ledger could not be read: then no agent is stopped. */
  readonly epochs: readonly EpochLoad[] | undefined;
  /** Those in the ledger: where they belong to more than one rollup, reasons name each epoch by its id. @default none */
  readonly knownEpochs?: readonly EpochId[];
  /** A pool that is absent has no agents and gets none. */
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

/** How many agents a pool is to have of each capacity, and why. */
export interface PoolDecision extends Readonly<Record<Capacity, number>> {
  /** It has no agent by choice: its jobs are worth none yet. */
  readonly isPostponed: boolean;
  readonly reason: string;
}

/** When an epoch will be done with the agents decided on. */
export interface EpochOutlook {
  readonly id: EpochId;
  readonly epoch: EpochNumber;
  /** From the latest moment at which the root is mined to the deadline; negative when the epoch may miss it. */
  readonly slackSeconds: number;
}

export interface FleetDecision {
  readonly atMs: number;
  readonly pools: Readonly<Partial<Record<Pool, PoolDecision>>>;
  readonly outlooks: readonly EpochOutlook[];
  /** The price of the decided agents. */
  readonly dollarsPerHour: number;
  readonly reason: string;
  /** For the next decision. */
  readonly memory: FleetMemory;
}
