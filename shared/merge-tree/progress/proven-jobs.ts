import type { EpochRecord } from '../../ledger/epoch-ledger.ts';
import { needOfEpoch } from '../../ledger/epoch-needs.ts';
import type { JobLedger, JobRecord } from '../../ledger/job-ledger.ts';
import { expectedCounts } from '../expected/expected-counts.ts';
import { type CircuitName, NativeCircuit } from '../../proving-job/circuit-catalogue.ts';
import { sampleProven } from './sample-proven.ts';

/** How many of the newest ended epochs show how long circuits take. */
const ENDED_EPOCHS = 3;

/**
 * Some proven jobs of each circuit, from the epochs that are being proven and the newest that have ended. Those of ended
 * epochs no longer change, so each is read once in the life of the process.
 */
export class ProvenJobs {
  readonly #jobs: Pick<JobLedger, 'someProven' | 'tally'>;
  readonly #ofEnded = new Map<string, readonly JobRecord[]>();

  constructor(jobs: Pick<JobLedger, 'someProven' | 'tally'>) {
    this.#jobs = jobs;
  }

  /** @param latest newest first */
  async of(latest: readonly EpochRecord[], nowMs: number): Promise<readonly JobRecord[]> {
    const open = latest.filter((epoch) => needOfEpoch(epoch, nowMs) === 'proofs');
    const ended = latest.filter(({ state }) => state === 'proven' || state === 'submitting').slice(0, ENDED_EPOCHS);
    const wanted = new Set(ended.map(keyOf));
    for (const key of this.#ofEnded.keys()) if (!wanted.has(key)) this.#ofEnded.delete(key);
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
    return await sampleProven(epoch, await this.#circuitsOf(epoch), this.#jobs);
  }

  async #circuitsOf({ id, rangeId, shape }: EpochRecord): Promise<readonly CircuitName[]> {
    if (shape === undefined) return [...(await this.#jobs.tally(id, rangeId)).keys()];
    const { byCircuit } = expectedCounts(shape);
    return NativeCircuit.options.filter((circuit) => byCircuit[circuit].distinct > 0);
  }
}

function keyOf({ id, rangeId, attempt }: EpochRecord): string {
  return `${id}/${rangeId}/${attempt}`;
}
