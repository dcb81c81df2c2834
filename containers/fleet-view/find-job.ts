import type { Engine } from '../../shared/engine/engine.ts';
import type { JobRecord } from '../../shared/ledger/job-ledger.ts';
import { EPOCH_ID_PATTERN, EpochId } from '../../shared/proving-job/epoch-id.ts';
import { findEpoch } from './find-epoch.ts';

/** A job's id, or the beginning of one, with or without its rollup and its circuit: `7:PARITY_BASE:9e3f`, `7:9e3f`. */
export const JOB_PREFIX = new RegExp(`^(${EPOCH_ID_PATTERN}):([A-Z][A-Z0-9_]*(?::[0-9a-f]*)?|[0-9a-f]{4,64})$`);

const CANDIDATES_SHOWN = 5;

/** No job, or more than one, has an id that begins like this. */
export class JobUnknownError extends Error {
  override readonly name = 'JobUnknownError';
  readonly prefix: string;

  constructor(prefix: string, epochName: string, candidates: readonly JobRecord[]) {
    const shown = candidates.slice(0, CANDIDATES_SHOWN).map(({ id }) => `\n  ${id}`);
    const more = candidates.length > shown.length ? `\n  and ${candidates.length - shown.length} more` : '';
    super(
      candidates.length === 0
        ? `job ${prefix} is not in the ledger: coppice jobs ${epochName} lists the jobs of the epoch`
        : `${candidates.length} jobs begin with ${prefix}, give more of the id:${shown.join('')}${more}`,
    );
    this.prefix = prefix;
  }
}

/** @param prefix matches {@link JOB_PREFIX}. @throws {EpochUnknownError} @throws {JobUnknownError} */
export async function findJob({ epochs, jobs }: Pick<Engine, 'epochs' | 'jobs'>, prefix: string): Promise<JobRecord> {
  const [, given = '', beginning = ''] = JOB_PREFIX.exec(prefix) ?? [];
  const { epoch, name } = await findEpoch(epochs, EpochId.parse(given));
  const candidates = (await jobs.jobsOfEpoch(epoch.id)).filter(({ id }) => {
    const [circuit = '', hash = ''] = id.slice(epoch.id.length + 1).split(':');
    return `${circuit}:${hash}`.startsWith(beginning) || hash.startsWith(beginning);
  });
  const [job] = candidates;
  if (job === undefined || candidates.length > 1) throw new JobUnknownError(prefix, name, candidates);
  return job;
}
