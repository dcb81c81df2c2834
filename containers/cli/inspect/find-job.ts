import type { JobLedger, JobRecord } from '../../../shared/ledger/job-ledger.ts';
import { EpochNumber } from '../../../shared/proving-job/proving-job-id.ts';

/** A job's id, or the beginning of one: `7:PARITY_BASE:9e3f`. */
export const JOB_PREFIX = /^(\d{1,10}):[A-Z][A-Z0-9_]*(:[0-9a-f]*)?$/;

const CANDIDATES_SHOWN = 5;

/** No job, or more than one, has an id that begins like this. */
export class JobUnknownError extends Error {
  override readonly name = 'JobUnknownError';
  readonly prefix: string;

  constructor(prefix: string, epoch: EpochNumber, candidates: readonly JobRecord[]) {
    const shown = candidates.slice(0, CANDIDATES_SHOWN).map(({ id }) => `\n  ${id}`);
    const more = candidates.length > shown.length ? `\n  and ${candidates.length - shown.length} more` : '';
    super(
      candidates.length === 0
        ? `job ${prefix} is not in the ledger: coppice jobs ${epoch} lists the jobs of the epoch`
        : `${candidates.length} jobs begin with ${prefix}, give more of the id:${shown.join('')}${more}`,
    );
    this.prefix = prefix;
  }
}

/** @param prefix matches {@link JOB_PREFIX}. @throws {JobUnknownError} */
export async function findJob(jobs: Pick<JobLedger, 'jobsOfEpoch'>, prefix: string): Promise<JobRecord> {
  const epoch = EpochNumber.parse(Number(prefix.slice(0, prefix.indexOf(':'))));
  const candidates = (await jobs.jobsOfEpoch(epoch)).filter(({ id }) => id.startsWith(prefix));
  const [job] = candidates;
  if (job === undefined || candidates.length > 1) throw new JobUnknownError(prefix, epoch, candidates);
  return job;
}
