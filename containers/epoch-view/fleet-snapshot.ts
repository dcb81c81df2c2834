import type { AgentRecord } from '../../shared/ledger/agent-registry.ts';
import type { EpochRecord } from '../../shared/ledger/epoch-ledger.ts';
import type { RootRecord } from '../../shared/ledger/outbox.ts';
import type { EpochPrediction } from '../../shared/merge-tree/prediction/predict-epochs.ts';
import type { Progress } from '../../shared/merge-tree/progress/progress.ts';
import type { CircuitName } from '../../shared/proving-job/circuit-catalogue.ts';

/** Everything that the live view shows, at one moment. */
export interface FleetSnapshot {
  readonly atMs: number;
  /** Absent where no rollup is followed; `undefined` until it was read for the first time. */
  readonly chain?: ChainView | undefined;
  /** What the traffic is doing, in words; `undefined` when it is idle. */
  readonly traffic?: string | undefined;
  /** The newest epochs that the prover node has started, oldest first. */
  readonly epochs: readonly EpochView[];
  readonly agents: readonly AgentView[];
}

/** Aztec's chain as the rollup contract has it. */
export interface ChainView {
  /** The epoch that is being filled. */
  readonly epoch: number;
  /** Slots of that epoch that are over, and how many it has. */
  readonly slotsOver: number;
  readonly epochSlots: number;
  readonly epochEndsAtMs: number;
  readonly pendingCheckpoint: number;
  readonly provenCheckpoint: number;
}

export interface EpochView extends EpochRecord {
  /** Whether its shape, where it is known, has every kind of traffic, where there is any; an epoch without them is a warm-up. */
  readonly holdsMix: boolean;
  readonly progress: Progress;
  /** When its root will be proven; `undefined` for an epoch that is not being proven. */
  readonly prediction: EpochPrediction | undefined;
  /** `undefined` until there is a root proof. */
  readonly submission: SubmissionView | undefined;
}

export type SubmissionView = Pick<RootRecord, 'state' | 'reason'> & {
  /** Transactions signed so far. */
  readonly transactions: number;
  /** The newest of them. */
  readonly transactionHash: string | undefined;
};

export type AgentView = Pick<AgentRecord, 'agentId' | 'state' | 'jobSinceMs' | 'jobsProven' | 'note'> & {
  readonly circuit: CircuitName | undefined;
};
