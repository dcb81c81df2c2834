import type { EpochRecord } from '../../shared/ledger/epoch-ledger.ts';
import type { JobLedger } from '../../shared/ledger/job-ledger.ts';
import { isRootProven } from '../../shared/ledger/job-tally.ts';
import { isStreamed } from '../../shared/ledger/streamed-epoch.ts';
import type { EpochCounts } from '../../shared/merge-tree/forecast/jobs-to-come.ts';

/** How many of a version's newest epochs say what to expect of the next. */
const EARLIER_EPOCHS = 3;

/**
 * How many jobs of each circuit the newest epochs had that streamed to their end, by version. They no longer change: each is
 * tallied once in the life of the process.
 */
export class EarlierEpochs {
  readonly #jobs: Pick<JobLedger, 'tally'>;
  /** `undefined` for one without a proven root: not all of its jobs are known. */
  readonly #known = new Map<string, EpochCounts | undefined>();

  constructor(jobs: Pick<JobLedger, 'tally'>) {
    this.#jobs = jobs;
  }

  /** @param latest newest first */
  async of(latest: readonly EpochRecord[]): Promise<ReadonlyMap<string, readonly EpochCounts[]>> {
    const ended = latest.filter((epoch) => isStreamed(epoch) && epoch.state === 'proven');
    const wanted = Map.groupBy(ended, ({ networkVersion }) => networkVersion);
    const keys = new Set(ended.map(keyOf));
    for (const key of this.#known.keys()) if (!keys.has(key)) this.#known.delete(key);
    const counts = [...wanted].map(async ([version, epochs]) => {
      const read = await Promise.all(epochs.slice(0, EARLIER_EPOCHS).map((epoch) => this.#read(epoch)));
      return [version, read.filter((each) => each !== undefined)] as const;
    });
    return new Map(await Promise.all(counts));
  }

  async #read(epoch: EpochRecord): Promise<EpochCounts | undefined> {
    const key = keyOf(epoch);
    if (this.#known.has(key)) return this.#known.get(key);
    const tally = await this.#jobs.tally(epoch.id, epoch.rangeId);
    const counts = isRootProven(tally)
      ? new Map([...tally].map(([circuit, { proven }]) => [circuit, proven] as const))
      : undefined;
    this.#known.set(key, counts);
    return counts;
  }
}

function keyOf({ id, attempt }: EpochRecord): string {
  return `${id}/${attempt}`;
}
