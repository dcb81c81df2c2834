import { repeatEvery } from '../retry/repeat-every.ts';
import { type CloseEpochsDeps, closeOverdueEpochs } from './close-epochs.ts';
import { type SweepDeps, sweepStrandedJobs } from './sweep-stranded-jobs.ts';

export type SweepLedgerDeps = SweepDeps & CloseEpochsDeps;

/** Sends lost messages again and closes epochs whose windows have closed. Returns how many jobs got a message. */
export async function sweepLedger(deps: SweepLedgerDeps): Promise<number> {
  const sentJobs = await sweepStrandedJobs(deps);
  await closeOverdueEpochs(deps);
  return sentJobs;
}

/** Sweeps at an interval until `signal` aborts. */
export function runSweeper(deps: SweepLedgerDeps, intervalMs: number, signal: AbortSignal): Promise<void> {
  const sweep = (): Promise<unknown> =>
    sweepLedger(deps).catch((error: unknown) =>
      deps.log.warn({ err: error }, 'could not sweep the ledger, trying again'),
    );
  return repeatEvery(intervalMs, sweep, signal);
}
