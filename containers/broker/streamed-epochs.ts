import type { Engine } from '../../shared/engine/engine.ts';
import { openStreamedEpoch } from '../../shared/ledger/streamed-epoch.ts';
import { type EpochId, parseEpochId } from '../../shared/proving-job/epoch-id.ts';
import { isWithin } from '../../shared/retry/is-within.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { BrokerLine } from './broker-deps.ts';

/** An epoch that is known to be open is not read again within this time. */
const TRUSTED_MS = 10_000;

export interface StreamedEpochsDeps {
  readonly engine: Pick<Engine, 'epochs'>;
  readonly line: BrokerLine;
  /** When the epoch's window closes by L1; `undefined` where no L1 is known. */
  readonly deadlineAtMs: (epoch: number) => Promise<number | undefined>;
  /** Keeps the line on its rollup. @default it can have no other */
  readonly keepRollup?: (() => Promise<void>) | undefined;
  readonly nowMs: () => number;
  readonly log: Logger;
}

/** The epochs of official nodes: each is opened by its first job. */
export class StreamedEpochs {
  readonly #deps: StreamedEpochsDeps;
  readonly #openSinceMs = new Map<EpochId, number>();
  /** Those whose jobs are refused: the operator hears of each once. */
  readonly #refused = new Set<EpochId>();
  #keepsRollup = false;

  constructor(deps: StreamedEpochsDeps) {
    this.#deps = deps;
  }

  /** Opens the epoch unless it is open. @returns why it takes no more jobs; `undefined` when it does */
  async open(id: EpochId): Promise<string | undefined> {
    const { engine, line, deadlineAtMs, nowMs, log } = this.#deps;
    if (isWithin(TRUSTED_MS, this.#openSinceMs.get(id) ?? -Infinity, nowMs())) return undefined;
    const { networkVersion } = line;
    const readDeadlineAtMs = (): Promise<number | undefined> => deadlineAtMs(parseEpochId(id).epoch);
    const openUntilMs = await openStreamedEpoch(engine.epochs, { id, networkVersion, readDeadlineAtMs }, nowMs());
    const deadline = new Date(openUntilMs).toISOString();
    if (openUntilMs <= nowMs()) {
      if (!this.#refused.has(id)) log.warn({ epochId: id, deadline }, 'refused jobs of an epoch that is over');
      this.#refused.add(id);
      return `its proof window closed at ${deadline}`;
    }
    if (!this.#openSinceMs.has(id)) log.info({ epochId: id, deadline }, 'an official node asks for jobs of an epoch');
    this.#openSinceMs.set(id, nowMs());
    this.#keepRollup();
    return undefined;
  }

  /** Best effort, which no job waits for: a line that has epochs is known by them as well. */
  #keepRollup(): void {
    const { keepRollup, log } = this.#deps;
    if (keepRollup === undefined || this.#keepsRollup) return;
    this.#keepsRollup = true;
    keepRollup().catch((error: unknown) => {
      this.#keepsRollup = false;
      log.warn({ err: error }, "could not note the line's rollup");
    });
  }
}
