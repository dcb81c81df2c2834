import { strandedSecondsOf } from '../../shared/engine/engine-options.ts';
import { parseFunctionSettings } from '../../shared/lambda/function-settings.ts';
import { oncePerContainer } from '../../shared/lambda/once-per-container.ts';
import { openFunction } from '../../shared/lambda/open-function.ts';
import { L1Clock } from '../../shared/l1/l1-clock.ts';
import { l1TimeNote } from '../../shared/l1/noted-l1-time.ts';
import { sweepLedger, type SweepLedgerDeps } from '../../shared/job-queue/sweep-ledger.ts';

const prepared = oncePerContainer(
  async (): Promise<{ readonly sweep: SweepLedgerDeps; readonly readL1Time: () => Promise<void> }> => {
    const settings = parseFunctionSettings([], process.env);
    const { engine, log } = openFunction('sweep-ledger', settings);
    const clock = new L1Clock({ nowMs: Date.now, steadyMs: () => performance.now() });
    const note = l1TimeNote(engine.notes);
    return {
      sweep: {
        ...engine,
        strandedSeconds: strandedSecondsOf(settings),
        nowMs: () => clock.windowNowMs(),
        log,
      },
      async readL1Time() {
        const { value } = await note.find();
        if (value !== undefined) clock.observe([{ host: 'watch-l1', ...value }]);
      },
    };
  },
);

/** Runs once a minute. Nodes may sweep at the same time. */
export async function handler(): Promise<{ readonly sentJobs: number }> {
  const { sweep, readL1Time } = await prepared.get();
  await readL1Time();
  return { sentJobs: await sweepLedger(sweep) };
}
