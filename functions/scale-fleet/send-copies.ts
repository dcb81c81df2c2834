import type { JobLedger } from '../../shared/ledger/job-ledger.ts';
import { type SendDeps, sendJobs } from '../../shared/job-queue/send-jobs.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { WantedCopy } from './decide/fleet-state.ts';

export interface SendCopiesDeps extends SendDeps {
  readonly jobs: SendDeps['jobs'] & Pick<JobLedger, 'askForCopy'>;
  readonly log: Logger;
}

/**
 * Requests the copies in the ledger, and sends a message for each. If it is cut off, the next run finds the copies that
 * were requested without a message, and sends the missing ones.
 * @returns the errors of those that failed
 */
export async function sendCopies(
  copies: readonly WantedCopy[],
  { jobs, queue, log }: SendCopiesDeps,
): Promise<readonly unknown[]> {
  const outcomes = await Promise.allSettled(
    copies.map(async ({ record, step, reason }) => {
      const { lease } = record;
      if (step === 'wait' || lease === undefined) return;
      // Refused when it has been proven meanwhile, or another run was first.
      if (step === 'ask' && !(await jobs.askForCopy(lease))) return;
      await sendJobs([record], { jobs, queue });
      log.info({ jobId: record.id, agentId: lease.agentId, reason }, 'requested a second copy');
    }),
  );
  return outcomes.flatMap((outcome): readonly unknown[] => {
    if (outcome.status === 'fulfilled') return [];
    log.error({ err: outcome.reason as unknown }, 'could not request a second copy');
    return [outcome.reason];
  });
}
