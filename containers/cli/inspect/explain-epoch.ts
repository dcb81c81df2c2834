import { PredictionReader } from '../../epoch-view/prediction-reader.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import type { SubmissionDecisionRecord } from '../../../shared/ledger/decision-log.ts';
import type { EpochRecord } from '../../../shared/ledger/epoch-ledger.ts';
import { needOfEpoch } from '../../../shared/ledger/epoch-needs.ts';
import type { JobRecord } from '../../../shared/ledger/job-ledger.ts';
import type { RootRecord } from '../../../shared/ledger/outbox.ts';
import { hasRivalProof } from '../../../shared/ledger/rival-proof.ts';
import type { ChainStep } from '../../../shared/merge-tree/prediction/blocking-chain.ts';
import type { EpochPrediction } from '../../../shared/merge-tree/prediction/predict-epochs.ts';
import { progressOf, type Progress } from '../../../shared/merge-tree/progress/progress.ts';
import { type FoundEpoch, LATEST_EPOCHS } from './find-epoch.ts';
import { type Remedy, remediesFor } from './remedies.ts';

/** A job that the root waits for, and how long jobs of its circuit take. */
export interface ExplainedStep extends ChainStep {
  readonly usualSeconds: number;
}

/** What an epoch waits for, at one moment. */
export interface EpochExplanation {
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
  readonly remedies: readonly Remedy[];
  readonly atMs: number;
}

const AGENT_SEEN_SECONDS = 120;
const SUBMISSIONS = 50;
const INCIDENTS = 100;

/** Reads what the epoch waits for. It reads counts and the jobs under way, however many jobs the epoch has. */
export async function explainEpoch(
  engine: Engine,
  { epoch, name }: FoundEpoch,
  nowMs: number,
): Promise<EpochExplanation> {
  const [tally, rejected, root, submissions, incidents, latest, agents] = await Promise.all([
    engine.jobs.tally(epoch.id, epoch.rangeId),
    engine.jobs.rejectedJobs(epoch.id, epoch.rangeId),
    engine.outbox.find(epoch.id),
    engine.decisions.latest('submission', SUBMISSIONS),
    engine.incidents.latest(INCIDENTS),
    engine.epochs.latest(LATEST_EPOCHS),
    engine.agents.seenWithin(AGENT_SEEN_SECONDS),
  ]);
  const others = latest.filter(({ id }) => id !== epoch.id).filter((other) => needOfEpoch(other, nowMs) === 'proofs');
  const open = [{ epoch, tally }];
  for (const other of others) {
    open.push({ epoch: other, tally: await engine.jobs.tally(other.id, other.rangeId) });
  }
  const isOpen = needOfEpoch(epoch, nowMs) === 'proofs';
  const groups = isOpen ? await new PredictionReader(engine).readGroups({ latest, open, agents }, nowMs) : [];
  const group = groups.find(({ epochs }) => epochs.some(({ id }) => id === epoch.id));
  const place = group?.epochs.findIndex(({ id }) => id === epoch.id) ?? -1;
  const prediction = group?.predictions[place];
  const times = group?.input.epochs[place]?.times;
  const known = {
    epoch,
    name,
    progress: progressOf(epoch.shape, tally, nowMs),
    prediction,
    chain: (prediction?.chain ?? []).map((step) => ({
      ...step,
      usualSeconds: times?.of(step.circuit, step.pool).meanSeconds ?? NaN,
    })),
    rejected,
    root: root?.rangeId === epoch.rangeId ? root : undefined,
    submission: submissions.find(({ epochId }) => epochId === epoch.id),
    hasRivalProof: hasRivalProof(epoch.id, incidents),
    atMs: nowMs,
  };
  return { ...known, remedies: remediesFor(known, group && { input: group.input, place }) };
}
