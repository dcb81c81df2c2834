import type { Engine } from '../../shared/engine/engine.ts';
import { needOfEpoch } from '../../shared/ledger/epoch-needs.ts';
import { RangeId } from '../../shared/ledger/job-ledger.ts';
import { OBJECTS_KEPT_SECONDS } from '../../shared/ledger/kept-seconds.ts';
import { type EpochId, parseEpochId } from '../../shared/proving-job/epoch-id.ts';
import type { BrokerLine } from './broker-deps.ts';

/** Of an epoch that official nodes ask for job by job: nobody names its checkpoints. */
export const STREAMED_RANGE = RangeId.parse('streamed');

/** An epoch that is known to be open is not read again within this time. */
const TRUSTED_MS = 10_000;

export interface StreamedEpochsDeps {
  readonly engine: Pick<Engine, 'epochs'>;
  readonly line: BrokerLine;
  /** When the epoch's window closes by L1; `undefined` where no L1 is known. */
  readonly deadlineAtMs: (epoch: number) => Promise<number | undefined>;
  readonly nowMs: () => number;
}

/** The epochs of official nodes: each is opened by its first job. */
export class StreamedEpochs {
  readonly #deps: StreamedEpochsDeps;
  readonly #openUntilMs = new Map<EpochId, number>();

  constructor(deps: StreamedEpochsDeps) {
    this.#deps = deps;
  }

  /** Opens the epoch unless it is open. @returns why it takes no more jobs; `undefined` when it does */
  async open(id: EpochId): Promise<string | undefined> {
    const { engine, line, nowMs } = this.#deps;
    if ((this.#openUntilMs.get(id) ?? -Infinity) > nowMs()) return undefined;
    const known = await engine.epochs.find(id);
    const need = known === undefined ? undefined : needOfEpoch(known, nowMs());
    if (known !== undefined && (need === 'closing' || known.state === 'expired')) {
      return `its proof window closed at ${new Date(known.deadlineAtMs).toISOString()}`;
    }
    if (need !== 'proofs' || known?.state === 'failed') await this.#open(id, line);
    this.#openUntilMs.set(id, nowMs() + TRUSTED_MS);
    return undefined;
  }

  async #open(id: EpochId, { networkVersion }: BrokerLine): Promise<void> {
    const { engine, deadlineAtMs, nowMs } = this.#deps;
    const { epoch } = parseEpochId(id);
    const deadline = (await deadlineAtMs(epoch)) ?? nowMs() + OBJECTS_KEPT_SECONDS * 1000;
    await engine.epochs.open({ id, rangeId: STREAMED_RANGE, networkVersion, shape: [], deadlineAtMs: deadline });
  }
}
