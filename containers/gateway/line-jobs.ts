import type { Engine } from '../../shared/engine/engine.ts';
import { UnreadableRecordError } from '../../shared/ledger/errors.ts';
import type { EpochId } from '../../shared/proving-job/epoch-id.ts';
import type { JobMessage } from '../../shared/proving-job/job-message.ts';
import { epochIdOf } from '../../shared/proving-job/proving-job-id.ts';
import { isWithin } from '../../shared/retry/is-within.ts';

/** A broker takes epochs over when it starts. */
const TRUSTED_MS = 10_000;

export interface LineJobsDeps {
  readonly engine: { readonly epochs: Pick<Engine['epochs'], 'find'> };
  /** The version of Aztec that the agent runs. */
  readonly networkVersion: string;
  readonly nowMs: () => number;
}

/**
 * The jobs that the gateway's agent can prove: those of its version, and those that another version left in an epoch that the
 * broker of this one has taken over. The gateway knows no rollup by itself: the record of the epoch says whose it is.
 */
export class LineJobs {
  readonly #deps: LineJobsDeps;
  /** The epoch that was read last, of messages of another version. */
  #last: { readonly id: EpochId; readonly isOwn: boolean; readonly atMs: number } | undefined;

  constructor(deps: LineJobsDeps) {
    this.#deps = deps;
  }

  /** Passes on what the engine throws. */
  async has({ jobId, networkVersion }: JobMessage): Promise<boolean> {
    return networkVersion === this.#deps.networkVersion || (await this.#isTakenOver(epochIdOf(jobId)));
  }

  async #isTakenOver(id: EpochId): Promise<boolean> {
    const { engine, networkVersion, nowMs } = this.#deps;
    if (this.#last?.id === id && isWithin(TRUSTED_MS, this.#last.atMs, nowMs())) return this.#last.isOwn;
    const epoch = await engine.epochs.find(id).catch((error: unknown) => {
      // A newer version of Coppice wrote it, and has its own agents.
      if (error instanceof UnreadableRecordError) return undefined;
      throw error;
    });
    const isOwn = epoch?.networkVersion === networkVersion;
    this.#last = { id, isOwn, atMs: nowMs() };
    return isOwn;
  }
}
