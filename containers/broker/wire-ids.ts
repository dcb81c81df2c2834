import { WireJobId } from '../../shared/broker-api/wire-job-id.ts';
import { parseEpochId, type RollupId } from '../../shared/proving-job/epoch-id.ts';
import { epochIdOf, ProvingJobId } from '../../shared/proving-job/proving-job-id.ts';

/**
 * The ids of jobs on the wire and in the ledger. Official nodes count the epochs of their own rollup and name none, so the
 * broker puts its rollup before an id on the way in, and takes it off on the way out.
 */
export class WireIds {
  readonly #rollup: RollupId;

  constructor(rollup: RollupId) {
    this.#rollup = rollup;
  }

  toJobId(id: WireJobId): ProvingJobId {
    return ProvingJobId.parse(`${this.#rollup}:${id}`);
  }

  /** `undefined` for a job of another rollup. */
  toWireId(id: ProvingJobId): WireJobId | undefined {
    if (parseEpochId(epochIdOf(id)).rollup !== this.#rollup) return undefined;
    return WireJobId.parse(id.slice(this.#rollup.length + 1));
  }
}
