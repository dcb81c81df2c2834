import { needOfEpoch } from '../../../shared/ledger/epoch-needs.ts';
import type { EpochId } from '../../../shared/proving-job/epoch-id.ts';
import { type EpochExplanation, explainEpoch } from '../../fleet-view/explain-epoch.ts';
import { readPastEpochs } from '../../fleet-view/epoch-history.ts';
import { findEpoch } from '../../fleet-view/find-epoch.ts';
import type { EpochDetails } from '../api/epoch.ts';
import type { ConsoleDeps } from './console-deps.ts';
import { jobsAgeMs } from './read-ages.ts';
import { summariseEpoch } from './summarise-epoch.ts';
import { toBlockingStep } from './to-prediction.ts';

/**
 * What an epoch waits for.
 * @param wanted `undefined` for the newest one
 * @throws {EpochUnknownError}
 */
export async function readEpoch(
  { engine, predictions, ages, etherDollars, nowMs }: ConsoleDeps,
  wanted: EpochId | undefined,
): Promise<EpochDetails> {
  const atMs = nowMs();
  const found = await findEpoch(engine.epochs, wanted);
  // The tree beside it shows each of them, so they are read, and then need not be counted.
  await engine.jobs.jobsOfEpoch(found.epoch.id);
  const explained = await explainEpoch(engine, found, atMs, predictions);
  const [past] = await readPastEpochs(engine, [found.epoch], atMs);
  if (past === undefined) throw new Error('unreachable: one epoch has one history');
  const { name, progress, prediction, chain, remedies, rejected } = explained;
  const summary = summariseEpoch({ past, name, progress, prediction, atMs, etherDollars });
  const { done, running, waiting, levels } = progress;
  const isEnded = needOfEpoch(past, atMs) === 'nothing';
  return {
    atMs,
    goodForMs: isEnded ? ages.endedMs : jobsAgeMs(ages, done + running + waiting),
    epoch: { ...summary, jobs: progress },
    levels: levels.map((level) => ({ ...level, circuits: [...level.circuits] })),
    chain: chain.map(toBlockingStep),
    remedies: [...remedies],
    rejected: rejected.map(({ id, circuit, reason }) => ({ jobId: id, circuit, reason })),
    submission: submissionOf(explained),
  };
}

function submissionOf({ root, submission }: EpochExplanation): EpochDetails['submission'] {
  if (root === undefined) return undefined;
  const { state, storedAtMs, reason, submissions } = root;
  return {
    state,
    storedAtMs,
    reason,
    transactions: submissions.map(({ transactionHash, signedAtMs, outcome }) => ({
      transactionHash,
      signedAtMs,
      outcome,
    })),
    decision: submission && { atMs: submission.atMs, choice: submission.choice, reason: submission.reason },
  };
}
