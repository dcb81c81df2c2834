import type { EpochLedger, EpochRecord } from '../ledger/epoch-ledger.ts';
import { UnreadableRecordError } from '../ledger/errors.ts';
import { findEpochOfRollup } from '../ledger/find-epoch-of-rollup.ts';
import { needOfEpoch } from '../ledger/epoch-needs.ts';
import type { JobLedger } from '../ledger/job-ledger.ts';
import { circuitStandings } from '../merge-tree/progress/circuit-standings.ts';
import { CriticalPath } from '../merge-tree/progress/critical-path.ts';
import { expectedTree } from '../merge-tree/expected/tree-of-shape.ts';
import { StreamedWork } from '../merge-tree/forecast/streamed-work.ts';
import { progressOf } from '../merge-tree/progress/progress.ts';
import { EpochNumber, makeEpochId, type RollupId } from '../proving-job/epoch-id.ts';
import type { EpochOnL1 } from './read-l1-view.ts';

/** How far the fleet has got with an epoch. */
export interface EpochProgress {
  readonly epoch: number;
  readonly state: EpochRecord['state'];
  /** The longest chain of jobs that it still needs, as if each found an idle agent at once. */
  readonly pathSeconds: number;
  readonly jobsLeft: number;
}

export interface ReadEpochsDeps {
  readonly epochs: Pick<EpochLedger, 'find'>;
  readonly jobs: Pick<JobLedger, 'tally'>;
  /** The rollup that is watched. */
  readonly rollup: RollupId;
  readonly nowMs: () => number;
}

/** The progress of epochs, from the ledger. Epochs that no node has taken up are left out. */
export async function readEpochs(
  epochs: readonly EpochOnL1[],
  deps: ReadEpochsDeps,
): Promise<readonly EpochProgress[]> {
  const found = await Promise.all(
    epochs.map((epoch) =>
      readEpoch(epoch, deps).catch((error: unknown) => {
        // The functions of the version that wrote it measure it.
        if (!(error instanceof UnreadableRecordError)) throw error;
        return undefined;
      }),
    ),
  );
  return found.filter((progress) => progress !== undefined);
}

async function readEpoch(
  { epoch, deadlineAtMs }: EpochOnL1,
  { epochs, jobs, rollup, nowMs }: ReadEpochsDeps,
): Promise<EpochProgress | undefined> {
  const record = await findEpochOfRollup(epochs, makeEpochId(rollup, EpochNumber.parse(epoch)), deadlineAtMs);
  if (record === undefined) return undefined;
  const { id, state, shape, rangeId, networkVersion } = record;
  // Its root is proven, or comes too late: nothing of the tree is wanted.
  if (needOfEpoch(record, nowMs()) !== 'proofs') return { epoch, state, pathSeconds: 0, jobsLeft: 0 };
  const tally = await jobs.tally(id, rangeId);
  const { expected, done } = progressOf(shape, tally, nowMs());
  const standings = circuitStandings(tally, networkVersion, nowMs());
  const pathSeconds =
    shape === undefined
      ? new StreamedWork(networkVersion).pathSeconds(standings)
      : new CriticalPath(expectedTree(shape)).left(standings).seconds;
  return { epoch, state, pathSeconds, jobsLeft: Math.max(0, expected - done) };
}
