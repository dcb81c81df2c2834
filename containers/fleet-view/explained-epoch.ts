import type { SubmissionDecisionRecord } from '../../shared/ledger/decision-log.ts';
import type { EpochRecord } from '../../shared/ledger/epoch-ledger.ts';
import type { JobRecord } from '../../shared/ledger/job-ledger.ts';
import type { RootRecord } from '../../shared/ledger/outbox.ts';
import type { ChainStep } from '../../shared/merge-tree/prediction/blocking-chain.ts';
import type { EpochPrediction } from '../../shared/merge-tree/prediction/predict-epochs.ts';
import type { Progress } from '../../shared/merge-tree/progress/progress.ts';

/** A job that the root waits for, and how long jobs of its circuit take. */
export interface ExplainedStep extends ChainStep {
  readonly usualSeconds: number;
}

/** What an epoch waits for, at one moment. */
export interface ExplainedEpoch {
  readonly epoch: EpochRecord;
  /** As commands take it. */
  readonly name: string;
  readonly progress: Progress;
  /** `undefined` for an epoch that needs no proofs any more. */
  readonly prediction: EpochPrediction | undefined;
  readonly chain: readonly ExplainedStep[];
  readonly rejected: readonly JobRecord[];
  readonly root: RootRecord | undefined;
  /** The newest of its root. */
  readonly submission: SubmissionDecisionRecord | undefined;
  /** Whether L1 has another prover's proof of it. */
  readonly hasRivalProof: boolean;
  readonly atMs: number;
}
