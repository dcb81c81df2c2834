import type { EpochRecord } from '../../shared/ledger/epoch-ledger.ts';
import type { JobLedger, JobRecord } from '../../shared/ledger/job-ledger.ts';
import type { EpochId } from '../../shared/proving-job/epoch-id.ts';

/** How many of the newest ended epochs show how long circuits take. */
const EPOCHS = 3;
/** How many of the newest jobs are kept of each circuit: no estimate uses more. */
const JOBS_PER_CIRCUIT = 200;

/** The proven jobs of ended epochs. They no longer change, so each epoch is read once in the life of the process. */
export class EndedEpochs {
  readonly #jobs: Pick<JobLedger, 'jobsOfEpoch'>;
  readonly #proven = new Map<EpochId, readonly JobRecord[]>();

  constructor(jobs: Pick<JobLedger, 'jobsOfEpoch'>) {
    this.#jobs = jobs;
  }

  /** @param latest newest first */
  async jobsOf(latest: readonly EpochRecord[]): Promise<readonly JobRecord[]> {
    const wanted = latest.filter(({ state }) => state === 'proven' || state === 'submitting').slice(0, EPOCHS);
    const jobs: JobRecord[] = [];
    for (const { id } of wanted) {
      const known = this.#proven.get(id) ?? newestProven(await this.#jobs.jobsOfEpoch(id));
      this.#proven.set(id, known);
      jobs.push(...known);
    }
    for (const id of this.#proven.keys()) {
      if (!wanted.some((kept) => kept.id === id)) this.#proven.delete(id);
    }
    return jobs;
  }
}

function newestProven(records: readonly JobRecord[]): JobRecord[] {
  const proven = records.filter(({ state }) => state === 'proven');
  const counts = new Map<string, number>();
  return proven
    .toSorted((a, b) => (b.settledAtMs ?? 0) - (a.settledAtMs ?? 0))
    .filter(({ circuit }) => {
      const count = (counts.get(circuit) ?? 0) + 1;
      counts.set(circuit, count);
      return count <= JOBS_PER_CIRCUIT;
    });
}
