import type { JobLedger } from '../../shared/ledger/job-ledger.ts';
import { type SendDeps, sendJobs } from '../../shared/job-queue/send-jobs.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { WantedCopy } from './decide/fleet-state.ts';

export interface SendCopiesDeps extends SendDeps {
  readonly jobs: SendDeps['jobs'] & Pick<JobLedger, 'askForCopy'>;
  readonly log: Logger;
}

/**
 * Asks the ledger for the copies, and sends a message for each. Cut off anywhere, the next run does what is missing: it
 * finds a copy that was asked for without a message.
 * @returns what kept it from any
 */
export async function sendCopies(
  copies: readonly WantedCopy[],
  { jobs, queue, log }: SendCopiesDeps,
): Promise<readonly unknown[]> {
  const outcomes = await Promise.allSettled(
    copies.map(async ({ record, step, reason }) => {
      const { lease } = record;
      if (step === 'wait' || lease === undefined) return;
      // Meanwhile it may have been proven, or another run was first.
      if (step === 'ask' && !(await jobs.askForCopy(lease))) return;
      await sendJobs([record], { jobs, queue });
      log.info({ jobId: record.id, agentId: lease.agentId, reason }, 'asked for a second copy');
    }),
  );
  return outcomes.flatMap((outcome): readonly unknown[] => {
    if (outcome.status === 'fulfilled') return [];
    log.error({ err: outcome.reason as unknown }, 'a second copy could not be asked for');
    return [outcome.reason];
  });
}
