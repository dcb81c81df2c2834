import type { EpochRecord } from '../../../shared/ledger/epoch-ledger.ts';
import type { Incident } from '../../../shared/ledger/incident-log.ts';
import { AttemptCause, type JobRecord } from '../../../shared/ledger/job-ledger.ts';
import type { ProvingJobId } from '../../../shared/proving-job/proving-job-id.ts';

/** The jobs of the epochs that were open when a drill began. */
export interface SeenJobs {
  readonly epochs: readonly Pick<EpochRecord, 'id' | 'rangeId'>[];
  readonly jobs: readonly JobRecord[];
}

interface LostAttempts {
  readonly jobId: ProvingJobId;
  readonly cause: AttemptCause;
  readonly count: number;
}

/** What a drill has cost beyond what its fault has to cost. */
export interface Losses {
  /** Jobs that are rejected or cancelled now, or gone from the ledger. */
  readonly jobs: readonly ProvingJobId[];
  /** Jobs that were proven before the drill, and are not after it. */
  readonly proofs: readonly ProvingJobId[];
  readonly provenTwice: readonly ProvingJobId[];
  readonly attempts: readonly LostAttempts[];
}

export interface LossDeps {
  readonly before: SeenJobs;
  readonly after: SeenJobs;
  /** Those since the drill began. */
  readonly incidents: readonly Incident[];
  /** Jobs that may have lost an attempt to a killed agent. */
  readonly spared: ReadonlySet<ProvingJobId>;
}

/** Compares the jobs before a drill with those after it. Epochs whose checkpoints a reorg has replaced since are left out. */
export function findLosses({ before, after, incidents, spared }: LossDeps): Losses {
  const ranges = new Map(after.epochs.map(({ id, rangeId }) => [id, rangeId]));
  const kept = new Set(
    before.epochs.filter(({ id, rangeId }) => ranges.get(id) === rangeId).map(({ rangeId }) => rangeId),
  );
  const now = new Map(after.jobs.map((job) => [job.id, job]));
  const pairs = before.jobs.filter(({ rangeId }) => kept.has(rangeId)).map((was) => ({ was, is: now.get(was.id) }));
  const known = new Set(before.jobs.map(({ id }) => id));
  const newlyRejected = after.jobs.filter(({ id, state }) => state === 'rejected' && !known.has(id));
  return {
    jobs: [
      ...pairs.filter(({ was, is }) => isOpen(was) && (is === undefined || isDropped(is))).map(({ was }) => was.id),
      ...newlyRejected.map(({ id }) => id),
    ],
    proofs: pairs.filter(({ was, is }) => was.state === 'proven' && is?.state !== 'proven').map(({ was }) => was.id),
    provenTwice: [
      ...new Set([
        ...pairs.filter(({ was, is }) => isProvenAnew(was, is)).map(({ was }) => was.id),
        ...incidents.flatMap(({ kind, subject }) => {
          const job = kind === 'late-proof' ? after.jobs.find(({ id }) => id === subject) : undefined;
          return job === undefined ? [] : [job.id];
        }),
      ]),
    ],
    attempts: pairs.flatMap(({ was, is }) => lostAttempts(was, is, spared)),
  };
}

export function isNothing({ jobs, proofs, provenTwice, attempts }: Losses): boolean {
  return jobs.length + proofs.length + provenTwice.length + attempts.length === 0;
}

function isOpen({ state }: JobRecord): boolean {
  return state === 'queued' || state === 'leased';
}

function isDropped({ state }: JobRecord): boolean {
  return state === 'rejected' || state === 'cancelled';
}

function isProvenAnew(was: JobRecord, is: JobRecord | undefined): boolean {
  return was.state === 'proven' && is?.state === 'proven' && was.settledAtMs !== is.settledAtMs;
}

function lostAttempts(
  was: JobRecord,
  is: JobRecord | undefined,
  spared: ReadonlySet<ProvingJobId>,
): readonly LostAttempts[] {
  if (is === undefined) return [];
  return AttemptCause.options.flatMap((cause) => {
    const allowed = cause === 'lost-agent' && spared.has(was.id) ? 1 : 0;
    const count = is.attempts[cause] - was.attempts[cause] - allowed;
    return count > 0 ? [{ jobId: was.id, cause, count }] : [];
  });
}
