import type { WireJobId } from '../../shared/broker-api/wire-job-id.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import { makeLineId, parseEpochId, TRIALS } from '../../shared/proving-job/epoch-id.ts';
import type { ProvingJobId } from '../../shared/proving-job/proving-job-id.ts';
import { epochIdOf } from '../../shared/proving-job/proving-job-id.ts';
import { WireIds } from '../broker/wire-ids.ts';

/** Far more than a gateway has in hand. */
const MOST_KEPT = 1_000;
const EPOCHS_SEARCHED = 64;

/**
 * The ids of jobs on the wire and in the ledger, of any rollup. The wire leaves the rollup out, so the gateway remembers that of
 * each job that it hands out: it needs no L1. After a restart it finds a job among the newest epochs of its version.
 */
export class LearntIds implements Pick<WireIds, 'toJobId' | 'toWireId'> {
  readonly #engine: Pick<Engine, 'epochs' | 'jobs'>;
  readonly #networkVersion: string;
  readonly #known = new Map<WireJobId, ProvingJobId>();

  constructor(engine: Pick<Engine, 'epochs' | 'jobs'>, networkVersion: string) {
    this.#engine = engine;
    this.#networkVersion = networkVersion;
  }

  toJobId(id: WireJobId): ProvingJobId {
    return this.#known.get(id) ?? new WireIds(makeLineId(this.#networkVersion)).toJobId(id);
  }

  /** `undefined` for a job without a rollup. */
  toWireId(id: ProvingJobId): WireJobId | undefined {
    const { rollup } = parseEpochId(epochIdOf(id));
    if (rollup === undefined || rollup === TRIALS) return undefined;
    const wireId = new WireIds(rollup).toWireId(id);
    if (wireId !== undefined) this.#learn(wireId, id);
    return wireId;
  }

  /** Finds the job's rollup, unless it is known. A job that the ledger does not have belongs to the version line itself. */
  async find(id: WireJobId): Promise<ProvingJobId> {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    for (const epoch of await this.#engine.epochs.latest(EPOCHS_SEARCHED)) {
      const { rollup, epoch: number } = parseEpochId(epoch.id);
      if (epoch.networkVersion !== this.#networkVersion || rollup === undefined) continue;
      if (!id.startsWith(`${number}:`)) continue;
      const jobId = new WireIds(rollup).toJobId(id);
      if ((await this.#engine.jobs.find(jobId)) === undefined) continue;
      this.#learn(id, jobId);
      return jobId;
    }
    return this.toJobId(id);
  }

  #learn(id: WireJobId, jobId: ProvingJobId): void {
    if (this.#known.size >= MOST_KEPT) {
      const [oldest] = this.#known.keys();
      if (oldest !== undefined) this.#known.delete(oldest);
    }
    this.#known.set(id, jobId);
  }
}
