import type { Engine } from '../../shared/engine/engine.ts';
import { needOfEpoch } from '../../shared/ledger/epoch-needs.ts';
import { openStreamedEpoch } from '../../shared/ledger/streamed-epoch.ts';
import { type EpochId, parseEpochId } from '../../shared/proving-job/epoch-id.ts';
import type { BrokerLine } from './broker-deps.ts';

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
    const { engine, line, deadlineAtMs, nowMs } = this.#deps;
    if ((this.#openUntilMs.get(id) ?? -Infinity) > nowMs()) return undefined;
    const known = await engine.epochs.find(id);
    const need = known === undefined ? undefined : needOfEpoch(known, nowMs());
    if (known !== undefined && (need === 'closing' || known.state === 'expired')) {
      return `its proof window closed at ${new Date(known.deadlineAtMs).toISOString()}`;
    }
    if (known?.state !== 'proving') {
      const windowEndMs = await deadlineAtMs(parseEpochId(id).epoch);
      const { networkVersion } = line;
      await openStreamedEpoch(engine.epochs, { id, networkVersion, deadlineAtMs: windowEndMs }, nowMs());
    }
    this.#openUntilMs.set(id, nowMs() + TRUSTED_MS);
    return undefined;
  }
}
