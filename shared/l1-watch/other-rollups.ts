import { z } from 'zod';

import type { EpochLedger } from '../ledger/epoch-ledger.ts';
import { EPOCHS_IN_NEED, needOfEpoch } from '../ledger/epoch-needs.ts';
import type { JobLedger } from '../ledger/job-ledger.ts';
import type { Note, Notes } from '../ledger/notes.ts';
import { parseEpochId, parseRollupId, RollupId } from '../proving-job/epoch-id.ts';
import type { Logger } from '../telemetry/logger.ts';
import {
  epochsToRead,
  type Measurement,
  measureMissed,
  rememberEpochs,
  Remembered,
  type RollupProgress,
} from './measure-l1.ts';
import { readEpochs } from './read-epochs.ts';
import { readRollupView, type ReadRollupViewDeps } from './read-l1-view.ts';

const OtherRollup = z.strictObject({
  rollup: RollupId,
  ...Remembered.pick({ unproven: true, newestClosed: true }).shape,
});
type OtherRollup = z.infer<typeof OtherRollup>;

/** What one run passes to the next of the rollups besides the watched one. */
export const OtherRollups = z.strictObject({ rollups: z.array(OtherRollup) });
export type OtherRollups = z.infer<typeof OtherRollups>;

/** Where it is noted. */
export function otherRollupsNote(notes: Notes): Note<OtherRollups> {
  return notes.of('watch-l1-others', OtherRollups);
}

/** The most lines that a fleet has. */
const LINES = 2;

export interface WatchOtherRollupsDeps extends Omit<ReadRollupViewDeps, 'rollup'> {
  readonly engine: { readonly epochs: Pick<EpochLedger, 'find' | 'latest'>; readonly jobs: Pick<JobLedger, 'tally'> };
  /** The one that is watched. */
  readonly watched: RollupId;
  /** What an earlier run remembered of the rollup that was watched then. */
  readonly noted: Remembered | undefined;
  readonly note: Note<OtherRollups>;
  readonly log: Logger;
}

export interface OtherRollupsSeen {
  /** Those whose windows are open. */
  readonly rollups: readonly RollupProgress[];
  /** Epochs of theirs that were missed since the last run. */
  readonly missed: readonly Measurement[];
}

/**
 * Watches the epochs of rollups that the fleet has not finished with: after an upgrade of the network the registry names another
 * one, and the last epochs of the old line are still to be proven. A rollup is watched until none of its epochs is open.
 */
export async function watchOtherRollups(deps: WatchOtherRollupsDeps): Promise<OtherRollupsSeen> {
  const { note, watched, log } = deps;
  const { value, version } = await note.find();
  const noted = (value?.rollups ?? []).filter(({ rollup }) => rollup !== watched);
  const before = new Map(noted.map((known) => [known.rollup, known]));
  const earlier = earlierOf(deps);
  if (earlier !== undefined && !before.has(earlier.rollup)) before.set(earlier.rollup, earlier);
  const open = await rollupsOfOpenEpochs(deps);
  const seen: (RollupProgress & { readonly missed: Measurement; readonly remembered: OtherRollup })[] = [];
  for (const rollup of new Set([...before.keys(), ...open])) {
    const known = before.get(rollup);
    const progress = await readProgress(rollup, known, deps).catch((error: unknown) => {
      log.warn({ err: error, rollup }, 'could not read a rollup that still has open epochs');
      return undefined;
    });
    if (progress === undefined) continue;
    const missed = measureMissed(progress, known);
    seen.push({ ...progress, missed, remembered: { rollup, ...rememberEpochs(progress.view, known) } });
  }
  const unread = [...before.values()].filter(({ rollup }) => !seen.some(({ view }) => view.rollup === rollup));
  const remembered = seen.filter(({ view }) => hasOpenWindow(view) || open.has(view.rollup));
  const rollups = [...remembered.map((one) => one.remembered), ...unread];
  // Only the run that stores the note records what was missed.
  const isFirst = rollups.length + before.size === 0 || (await note.replace({ rollups }, version));
  return {
    rollups: seen.map(({ view, epochs }) => ({ epochs, view: withOpenWindows(view) })),
    missed: isFirst ? seen.map((one) => one.missed).filter(({ value: count }) => count > 0) : [],
  };
}

/** The rollup that was watched before, if it is another. */
function earlierOf({ noted, watched }: WatchOtherRollupsDeps): OtherRollup | undefined {
  if (noted?.rollup === undefined || noted.rollup === watched) return undefined;
  const { rollup, unproven, newestClosed } = noted;
  return { rollup, unproven, newestClosed };
}

async function rollupsOfOpenEpochs({
  engine,
  chainId,
  watched,
  windowNowMs,
}: WatchOtherRollupsDeps): Promise<ReadonlySet<RollupId>> {
  const latest = await engine.epochs.latest(EPOCHS_IN_NEED * LINES);
  const open = latest.filter((epoch) => needOfEpoch(epoch, windowNowMs()) !== 'nothing');
  const rollups = open.flatMap(({ id }) => parseEpochId(id).rollup ?? []);
  return new Set(rollups.filter((rollup) => rollup !== watched && parseRollupId(rollup)?.chainId === chainId));
}

async function readProgress(
  rollup: RollupId,
  before: OtherRollup | undefined,
  deps: WatchOtherRollupsDeps,
): Promise<RollupProgress> {
  const address = parseRollupId(rollup)?.address;
  if (address === undefined) throw new Error(`unreachable: ${rollup} is on L1`);
  const view = await readRollupView({ ...deps, rollup: address });
  const { engine, windowNowMs: nowMs } = deps;
  return { view, epochs: await readEpochs(epochsToRead(view, before), { ...engine, rollup, nowMs }) };
}

/** Whether an epoch may still be proven, or was missed so lately that the next run has to count it. */
function hasOpenWindow({ newestUnproven, newestClosed }: RollupProgress['view']): boolean {
  return newestUnproven !== undefined && newestUnproven > newestClosed;
}

/** Nobody prunes the checkpoints of a superseded rollup: those of a missed epoch stay unproven for good. */
function withOpenWindows(view: RollupProgress['view']): RollupProgress['view'] {
  return { ...view, unproven: view.unproven.filter(({ deadlineAtMs }) => deadlineAtMs > view.atMs) };
}
