import type { EpochRecord } from '../../shared/ledger/epoch-ledger.ts';
import { needOfEpoch } from '../../shared/ledger/epoch-needs.ts';
import type { JobLedger, JobRecord } from '../../shared/ledger/job-ledger.ts';
import { expectedCounts } from '../../shared/merge-tree/expected/expected-counts.ts';
import { CircuitName } from '../../shared/proving-job/circuit-catalogue.ts';

/** How many of the newest ended epochs show how long circuits take. */
const ENDED_EPOCHS = 3;
/** Jobs of each circuit that are read of an epoch: the last twenty make up nearly two thirds of an estimate. */
const JOBS_PER_CIRCUIT = 40;

/**
 * Some proven jobs of each circuit, from the epochs that are being proven and the newest that have ended. Those of ended
 * epochs no longer change, so each is read once in the life of the process.
 */
export class ProvenJobs {
  readonly #jobs: Pick<JobLedger, 'someProven'>;
  readonly #ofEnded = new Map<string, readonly JobRecord[]>();
  readonly #circuits = new Map<string, readonly CircuitName[]>();

  constructor(jobs: Pick<JobLedger, 'someProven'>) {
    this.#jobs = jobs;
  }

  /** @param latest newest first */
  async of(latest: readonly EpochRecord[], nowMs: number): Promise<readonly JobRecord[]> {
    const open = latest.filter((epoch) => needOfEpoch(epoch, nowMs) === 'proofs');
    const ended = latest.filter(({ state }) => state === 'proven' || state === 'submitting').slice(0, ENDED_EPOCHS);
    const wanted = new Set([...open, ...ended].map(keyOf));
    for (const known of [this.#ofEnded, this.#circuits]) {
      for (const key of known.keys()) if (!wanted.has(key)) known.delete(key);
    }
    const jobs = await Promise.all([
      ...open.map((epoch) => this.#read(epoch)),
      ...ended.map(async (epoch) => {
        const known = this.#ofEnded.get(keyOf(epoch)) ?? (await this.#read(epoch));
        this.#ofEnded.set(keyOf(epoch), known);
        return known;
      }),
    ]);
    return jobs.flat();
  }

  async #read(epoch: EpochRecord): Promise<readonly JobRecord[]> {
    const jobs = this.#circuitsOf(epoch).map((circuit) =>
      this.#jobs.someProven(epoch.id, epoch.rangeId, circuit, JOBS_PER_CIRCUIT),
    );
    return (await Promise.all(jobs)).flat();
  }

  #circuitsOf(epoch: EpochRecord): readonly CircuitName[] {
    const known = this.#circuits.get(keyOf(epoch));
    if (known !== undefined) return known;
    const { byCircuit } = expectedCounts(epoch.shape);
    const circuits = CircuitName.options.filter((circuit) => byCircuit[circuit].distinct > 0);
    this.#circuits.set(keyOf(epoch), circuits);
    return circuits;
  }
}

function keyOf({ id, rangeId, attempt }: EpochRecord): string {
  return `${id}/${rangeId}/${attempt}`;
}
