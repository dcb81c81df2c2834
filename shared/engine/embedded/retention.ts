import { DECISIONS_KEPT_SECONDS, LEDGER_KEPT_SECONDS, OBJECTS_KEPT_SECONDS } from '../../ledger/kept-seconds.ts';
import { repeatEvery } from '../../retry/repeat-every.ts';
import type { EngineLog } from '../engine-log.ts';
import { removeExpiredObjects } from './expired-objects.ts';
import { deleteEpochsClosedBefore, deleteNotesBefore, epochsNeededSince } from './expired-rows.ts';
import type { FileProofStore } from './file-proof-store.ts';
import type { SqliteDatabase } from './sqlite-database.ts';

const INTERVAL_MS = 3_600_000;

export interface RetentionDeps {
  readonly database: SqliteDatabase;
  readonly proofs: FileProofStore;
  readonly nowMs: () => number;
  readonly log?: EngineLog | undefined;
}

/**
 * Deletes what AWS would have deleted by itself: objects 7 days after they were written and their epoch was closed, the
 * epoch and its jobs 14 days after that. Nothing of an open epoch goes, nor of one whose root is not settled. It works in
 * small portions, and a pass that is cut off goes on with the next.
 */
export async function removeExpired(
  { database, proofs, nowMs, log }: RetentionDeps,
  signal: AbortSignal,
): Promise<void> {
  const ago = (seconds: number): number => nowMs() - seconds * 1000;
  await proofs.removeLeftovers();
  const objects = await removeExpiredObjects({
    directory: proofs.directory,
    beforeMs: ago(OBJECTS_KEPT_SECONDS),
    neededEpochs: () => epochsNeededSince(database, ago(OBJECTS_KEPT_SECONDS)),
    signal,
  });
  const jobs = await deleteEpochsClosedBefore(database, ago(LEDGER_KEPT_SECONDS), signal);
  if (signal.aborted) return;
  deleteNotesBefore(database, { notesMs: ago(LEDGER_KEPT_SECONDS), decisionsMs: ago(DECISIONS_KEPT_SECONDS) });
  if (objects + jobs > 0) log?.info({ objects, jobs }, 'deleted what is no longer kept');
}

/** Does so every hour until `signal` aborts. */
export function runRetention(deps: RetentionDeps, signal: AbortSignal): Promise<void> {
  const remove = (): Promise<unknown> =>
    removeExpired(deps, signal).catch((error: unknown) =>
      deps.log?.warn({ err: error }, 'could not delete what is no longer kept, trying again'),
    );
  return repeatEvery(INTERVAL_MS, remove, signal);
}
