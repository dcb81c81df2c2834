import { strandedSecondsOf } from '../../shared/engine/engine-options.ts';
import { parseFunctionSettings } from '../../shared/lambda/function-settings.ts';
import { oncePerContainer } from '../../shared/lambda/once-per-container.ts';
import { openFunction } from '../../shared/lambda/open-function.ts';
import { type SweepDeps, sweepStrandedJobs } from '../../shared/job-queue/sweep-stranded-jobs.ts';

const prepared = oncePerContainer(async (): Promise<SweepDeps> => {
  const settings = parseFunctionSettings([], process.env);
  const { engine, log } = openFunction('sweep-ledger', settings);
  return { jobs: engine.jobs, queue: engine.queue, strandedSeconds: strandedSecondsOf(settings), log };
});

/** Runs once a minute. Nodes may sweep as well. */
export async function handler(): Promise<{ readonly sentJobs: number }> {
  return { sentJobs: await sweepStrandedJobs(await prepared.get()) };
}
