import type { KeptDeadLetter, KeptDeadLetters } from '../../shared/job-queue/kept-dead-letters.ts';
import { readMessageBody } from '../../shared/job-queue/read-message-body.ts';
import type { IncidentLog } from '../../shared/ledger/incident-log.ts';
import type { JobLedger } from '../../shared/ledger/job-ledger.ts';
import { namesOwnCircuit } from '../../shared/proving-job/job-message.ts';
import type { ProvingJobId } from '../../shared/proving-job/proving-job-id.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';

export interface SettleDeadLettersDeps {
  readonly jobs: Pick<JobLedger, 'find' | 'reject'>;
  readonly kept: Pick<KeptDeadLetters, 'keep'>;
  readonly incidents: Pick<IncidentLog, 'report'>;
  readonly log: Logger;
}

/**
 * Gives every dead letter an end in the ledger: its job is rejected, with the letter's reason, so that whoever waits for
 * the job learns of it. A letter of a job that is settled, or that an agent holds, is needless: it is dropped. One that
 * leads to no job of the ledger is kept there, for an operator to read and to send back.
 *
 * A letter may come again, whole or after half of its work: what was done stays done, and a letter is never lost.
 * @returns the ids of the messages that have to come again, because something could not be written
 */
export async function settleDeadLetters(
  letters: readonly KeptDeadLetter[],
  deps: SettleDeadLettersDeps,
): Promise<readonly string[]> {
  const failed = await Promise.all(
    letters.map(async (letter) => {
      try {
        await settle(letter, deps);
        return [];
      } catch (error) {
        deps.log.error(
          { err: error, messageId: letter.messageId },
          'the dead letter could not be settled: it comes again',
        );
        return [letter.messageId];
      }
    }),
  );
  return failed.flat();
}

async function settle(letter: KeptDeadLetter, deps: SettleDeadLettersDeps): Promise<void> {
  const message = readMessageBody(letter.body);
  if (!message.success) {
    await keep(letter, message.reason, deps);
  } else if (!namesOwnCircuit(message.data)) {
    // It must not end somebody else's job.
    await keep(letter, `it names circuit ${message.data.circuit}, ${message.data.jobId} another`, deps);
  } else {
    await rejectJob(message.data.jobId, letter, deps);
  }
}

async function rejectJob(jobId: ProvingJobId, letter: KeptDeadLetter, deps: SettleDeadLettersDeps): Promise<void> {
  const outcome = await deps.jobs.reject(jobId, reasonOf(letter));
  // A first try may have come no further than the rejection.
  const isRejected = outcome === 'rejected' || (outcome === 'settled' && (await isRejectedBy(letter, jobId, deps)));
  if (isRejected) await noteRejected(jobId, letter, deps);
  else if (outcome === 'unknown') await keep(letter, `the ledger has no job ${jobId}`, deps);
  else deps.log.info({ jobId, outcome }, 'dropped a needless dead letter');
}

async function noteRejected(
  jobId: ProvingJobId,
  letter: KeptDeadLetter,
  { incidents, log }: SettleDeadLettersDeps,
): Promise<void> {
  const message = reasonOf(letter);
  await incidents.report({ kind: 'rejected-job', subject: jobId, message });
  log.warn({ jobId, reason: message }, 'rejected the job of a dead letter');
}

async function keep(
  letter: KeptDeadLetter,
  problem: string,
  { kept, incidents, log }: SettleDeadLettersDeps,
): Promise<void> {
  const reason = letter.reason.includes(problem) ? letter.reason : `${letter.reason}; ${problem}`;
  await kept.keep({ ...letter, reason });
  await incidents.report({ kind: 'parked-message', subject: letter.messageId, message: reason });
  log.warn({ messageId: letter.messageId, reason }, 'kept a dead letter that leads to no job');
}

async function isRejectedBy(
  letter: KeptDeadLetter,
  jobId: ProvingJobId,
  { jobs }: SettleDeadLettersDeps,
): Promise<boolean> {
  const job = await jobs.find(jobId);
  return job?.state === 'rejected' && job.reason?.startsWith(markOf(letter)) === true;
}

function reasonOf(letter: KeptDeadLetter): string {
  return `${markOf(letter)}${letter.reason}`;
}

/** Tells this letter from another of the same job, whatever is said of its deliveries. */
function markOf({ messageId }: KeptDeadLetter): string {
  return `its message ${messageId} became a dead letter: `;
}
