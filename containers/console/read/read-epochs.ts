import { needOfEpoch } from '../../../shared/ledger/epoch-needs.ts';
import { progressOf } from '../../../shared/merge-tree/progress/progress.ts';
import { nameEpoch } from '../../../shared/proving-job/name-epoch.ts';
import { countJobs } from '../../epoch-view/count-jobs.ts';
import { readHistory } from '../../fleet-view/epoch-history.ts';
import { LATEST_EPOCHS } from '../../fleet-view/find-epoch.ts';
import { AGENT_SEEN_SECONDS } from '../../fleet-view/fleet-status.ts';
import type { Epochs } from '../api/epochs.ts';
import type { ConsoleDeps } from './console-deps.ts';
import { jobsAgeMs } from './read-ages.ts';
import { summariseEpoch } from './summarise-epoch.ts';

const EPOCHS_SHOWN = 50;

/** The newest epochs, with a prediction of each that is being proven. */
export async function readEpochs({ engine, predictions, ages, etherDollars, nowMs }: ConsoleDeps): Promise<Epochs> {
  const atMs = nowMs();
  const [{ epochs }, latest, agents] = await Promise.all([
    readHistory(engine, EPOCHS_SHOWN, atMs),
    engine.epochs.latest(LATEST_EPOCHS),
    engine.agents.seenWithin(AGENT_SEEN_SECONDS),
  ]);
  const open = await countJobs(
    engine.jobs,
    latest.filter((epoch) => needOfEpoch(epoch, atMs) === 'proofs'),
  );
  const predicted = await predictions.read({ latest, open, agents }, atMs);
  const ids = epochs.map(({ id }) => id);
  const progressOfOpen = new Map(
    open.map(({ epoch, tally }) => [epoch.id, progressOf(epoch.shape, tally, atMs)] as const),
  );
  const counted = progressOfOpen
    .values()
    .map(({ done, running, waiting }) => jobsAgeMs(ages, done + running + waiting));
  return {
    atMs,
    goodForMs: Math.max(ages.pageMs, ...counted),
    epochs: epochs.map((past) =>
      summariseEpoch({
        past,
        name: nameEpoch(past.id, ids),
        progress: progressOfOpen.get(past.id),
        prediction: predicted.get(past.id),
        atMs,
        etherDollars,
      }),
    ),
  };
}
