import type { KeptDeadLetter, KeptDeadLetters } from '../../shared/job-queue/kept-dead-letters.ts';
import { DOES_NOT_PARSE, readMessageBody } from '../../shared/job-queue/read-message-body.ts';
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
 * Resolves every dead letter in the ledger. Its job is rejected, with the letter's reason, so that everything that waits for
 * the job learns of it. A letter of a job that is closed, or that an agent holds, is dropped. One without a job in the ledger
 * is kept there, for an operator to read and send back.
 *
 * A letter may be delivered again, even after half of its work: finished steps are not repeated, and no letter is lost.
 * @returns the ids of the messages to deliver again, because something could not be written
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
          'could not settle a dead letter; SQS delivers it again',
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
    // It must not reject the job of another message.
    await keep(letter, `it names circuit ${message.data.circuit}, but its job is ${message.data.jobId}`, deps);
  } else if (letter.reason.startsWith(DOES_NOT_PARSE)) {
    // An agent of an earlier version parked it, and nothing failed: the sweeper sends another message.
    deps.log.info(
      { jobId: message.data.jobId },
      'dropped a dead letter that an agent of another version could not read',
    );
  } else {
    await rejectJob(message.data.jobId, letter, deps);
  }
}

async function rejectJob(jobId: ProvingJobId, letter: KeptDeadLetter, deps: SettleDeadLettersDeps): Promise<void> {
  const outcome = await deps.jobs.reject(jobId, reasonOf(letter));
  // An earlier delivery may have been cut off right after the rejection.
  const isRejected = outcome === 'rejected' || (outcome === 'settled' && (await isRejectedBy(letter, jobId, deps)));
  if (isRejected) await reportRejected(jobId, letter, deps);
  else if (outcome === 'unknown') await keep(letter, `the ledger has no job ${jobId}`, deps);
  else deps.log.info({ jobId, outcome }, 'dropped a dead letter: its job needs no rejection');
}

async function reportRejected(
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
  log.warn({ messageId: letter.messageId, reason }, 'kept a dead letter that has no job');
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

/** Identifies this letter among others of the same job, even if its delivery count changes. */
function markOf({ messageId }: KeptDeadLetter): string {
  return `its message ${messageId} became a dead letter: `;
}
