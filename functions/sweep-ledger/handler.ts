import { strandedSecondsOf } from '../../shared/engine/engine-options.ts';
import { parseFunctionSettings } from '../../shared/lambda/function-settings.ts';
import { oncePerContainer } from '../../shared/lambda/once-per-container.ts';
import { openFunction } from '../../shared/lambda/open-function.ts';
import { sweepLedger, type SweepLedgerDeps } from '../../shared/job-queue/sweep-ledger.ts';

const prepared = oncePerContainer(async (): Promise<SweepLedgerDeps> => {
  const settings = parseFunctionSettings([], process.env);
  const { engine, log } = openFunction('sweep-ledger', settings);
  const { jobs, queue, epochs, outbox, incidents } = engine;
  return { jobs, queue, epochs, outbox, incidents, strandedSeconds: strandedSecondsOf(settings), nowMs: Date.now, log };
});

/** Runs once a minute. Nodes may sweep at the same time. */
export async function handler(): Promise<{ readonly sentJobs: number }> {
  return { sentJobs: await sweepLedger(await prepared.get()) };
}
