import { countJobs } from '../epoch-view/count-jobs.ts';
import { PredictionReader } from '../epoch-view/prediction-reader.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import { needOfEpoch } from '../../shared/ledger/epoch-needs.ts';
import { hasRivalProof } from '../../shared/ledger/rival-proof.ts';
import { progressOf } from '../../shared/merge-tree/progress/progress.ts';
import type { ExplainedEpoch } from './explained-epoch.ts';
import { type FoundEpoch, LATEST_EPOCHS } from './find-epoch.ts';
import { AGENT_SEEN_SECONDS } from './fleet-status.ts';
import { type Remedy, remediesFor } from './remedies.ts';

/** What an epoch waits for, and what would help it. */
export interface EpochExplanation extends ExplainedEpoch {
  readonly remedies: readonly Remedy[];
}

const SUBMISSIONS = 50;
const INCIDENTS = 100;

/**
 * Reads what the epoch waits for. It reads counts and the jobs under way, however many jobs the epoch has.
 * @param predictions remembers what it has read of epochs that have ended
 */
export async function explainEpoch(
  engine: Engine,
  { epoch, name }: FoundEpoch,
  nowMs: number,
  predictions = new PredictionReader(engine),
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
  const open = [{ epoch, tally }, ...(await countJobs(engine.jobs, others))];
  const isOpen = needOfEpoch(epoch, nowMs) === 'proofs';
  const groups = isOpen ? await predictions.readGroups({ latest, open, agents }, nowMs) : [];
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
