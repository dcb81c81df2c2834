import type { JobRecord } from '../../../shared/ledger/job-ledger.ts';
import { parseEpochId, type RollupId } from '../../../shared/proving-job/epoch-id.ts';
import { epochIdOf } from '../../../shared/proving-job/proving-job-id.ts';

/** The fewest digits of a hash to show: of 80 epochs of 10,000 jobs, one has two jobs that share them. */
const FEWEST_DIGITS = 8;

/** Names jobs as commands take them. */
export type NameJob = (job: Pick<JobRecord, 'id'>) => string;

/** The whole id, without its rollup where that need not be named. */
export function wholeJobIds(rollupToName: RollupId | undefined): NameJob {
  return ({ id }) => {
    const { rollup } = parseEpochId(epochIdOf(id));
    return rollupToName === undefined && rollup !== undefined ? id.slice(rollup.length + 1) : id;
  };
}

/**
 * The epoch, and as many digits of the hash as no other job of the epoch begins with: `7:9e3f25c3`.
 * @param jobs all of the epoch
 */
export function shortJobIds(jobs: readonly Pick<JobRecord, 'id'>[], rollupToName: RollupId | undefined): NameJob {
  const hashes = jobs.map(({ id }) => hashOf(id));
  const distinct = new Set(hashes).size;
  let digits = FEWEST_DIGITS;
  while (new Set(hashes.map((hash) => hash.slice(0, digits))).size < distinct) digits += 1;
  const nameWhole = wholeJobIds(rollupToName);
  return (job) => {
    const [epoch] = nameWhole(job).split(/:(?=[A-Z])/, 1);
    return `${epoch ?? ''}:${hashOf(job.id).slice(0, digits)}`;
  };
}

function hashOf(id: JobRecord['id']): string {
  return id.slice(id.lastIndexOf(':') + 1);
}
