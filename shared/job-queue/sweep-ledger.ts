import { repeatEvery } from '../retry/repeat-every.ts';
import { type CloseEpochsDeps, closeOverdueEpochs } from './close-epochs.ts';
import { type SweepDeps, sweepStrandedJobs } from './sweep-stranded-jobs.ts';

export type SweepLedgerDeps = SweepDeps & CloseEpochsDeps;

/**
 * Where no L1 is known, an epoch that its node has abandoned closes only after days, by when many newer ones have been opened.
 * What is stored for it is kept until it is closed.
 */
const OLD_EPOCHS = { newest: 1_000, everyMs: 3_600_000 };

/** Sends lost messages again and closes epochs whose windows have closed. Returns how many jobs got a message. */
export async function sweepLedger(deps: SweepLedgerDeps): Promise<number> {
  const sentJobs = await sweepStrandedJobs(deps);
  await closeOverdueEpochs(deps);
  return sentJobs;
}

/** Sweeps at an interval until `signal` aborts. */
export function runSweeper(deps: SweepLedgerDeps, intervalMs: number, signal: AbortSignal): Promise<void> {
  let sweptOldAtMs = -Infinity;
  const sweepAll = async (): Promise<void> => {
    await sweepLedger(deps);
    if (performance.now() - sweptOldAtMs < OLD_EPOCHS.everyMs) return;
    await closeOverdueEpochs(deps, OLD_EPOCHS.newest);
    sweptOldAtMs = performance.now();
  };
  const sweep = (): Promise<unknown> =>
    sweepAll().catch((error: unknown) => deps.log.warn({ err: error }, 'could not sweep the ledger, trying again'));
  return repeatEvery(intervalMs, sweep, signal);
}
