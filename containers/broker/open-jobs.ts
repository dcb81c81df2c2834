import type { JobLedger } from '../../shared/ledger/job-ledger.ts';
import type { EpochId } from '../../shared/proving-job/epoch-id.ts';
import type { ProvingJobId } from '../../shared/proving-job/proving-job-id.ts';
import { isWithin } from '../../shared/retry/is-within.ts';

/** A node asks for 1,000 jobs in a call, for 100,000 in a hundred calls in a row: one reading serves them all. */
const FRESH_MS = 5_000;

interface Reading {
  readonly sinceMs: number;
  readonly jobs: Promise<ReadonlySet<ProvingJobId>>;
}

export interface OpenJobsDeps {
  readonly engine: { readonly jobs: Pick<JobLedger, 'openJobs'> };
  readonly nowMs: () => number;
}

/** The open jobs of epochs, as of the last seconds. */
export class OpenJobs {
  readonly #deps: OpenJobsDeps;
  readonly #readings = new Map<EpochId, Reading>();

  constructor(deps: OpenJobsDeps) {
    this.#deps = deps;
  }

  /** A job may have been settled, or enqueued, since. */
  async of(epochId: EpochId): Promise<ReadonlySet<ProvingJobId>> {
    const nowMs = this.#deps.nowMs();
    for (const [id, { sinceMs }] of this.#readings) {
      if (!isWithin(FRESH_MS, sinceMs, nowMs)) this.#readings.delete(id);
    }
    const known = this.#readings.get(epochId);
    if (known !== undefined) return known.jobs;
    const jobs = this.#read(epochId);
    this.#readings.set(epochId, { sinceMs: nowMs, jobs });
    jobs.catch(() => this.#readings.delete(epochId));
    return jobs;
  }

  async #read(epochId: EpochId): Promise<ReadonlySet<ProvingJobId>> {
    return new Set((await this.#deps.engine.jobs.openJobs(epochId)).map(({ id }) => id));
  }
}
