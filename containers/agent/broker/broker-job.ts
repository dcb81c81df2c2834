import type { WireJob } from '../../../shared/broker-api/wire-types.ts';
import type { AttemptCause } from '../../../shared/ledger/job-ledger.ts';
import type { CircuitName } from '../../../shared/proving-job/circuit-catalogue.ts';
import { ProvingJobId } from '../../../shared/proving-job/proving-job-id.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import type { JobInHand } from '../job/job-in-hand.ts';
import type { KeptJob } from './broker-heartbeats.ts';

export interface BrokerJobDeps {
  /** Gives the job back. @returns whether the broker took it: Aztec's does not */
  readonly giveBack: () => Promise<boolean>;
  /** Reports the failure, and keeps the job that may come in answer. */
  readonly reportError: (job: BrokerJob, message: string) => Promise<void>;
  readonly log: Logger;
}

/** A job that a broker has given to this agent. Heartbeats keep it until it ends here, or its proof is delivered. */
export class BrokerJob implements JobInHand {
  readonly wire: WireJob;
  readonly record: JobInHand['record'];
  readonly claimedAtMs: number;
  readonly #kept: KeptJob;
  readonly #deps: BrokerJobDeps;

  constructor(wire: WireJob, circuit: CircuitName, kept: KeptJob, claimedAtMs: number, deps: BrokerJobDeps) {
    this.wire = wire;
    this.record = { id: ProvingJobId.parse(wire.id), circuit };
    this.claimedAtMs = claimedAtMs;
    this.#kept = kept;
    this.#deps = deps;
  }

  get lost(): AbortSignal {
    return this.#kept.lost;
  }

  /** Ends the heartbeats; resolves when none is under way. */
  async drop(): Promise<void> {
    await this.#kept.drop();
  }

  /**
   * Gives the job back at no cost. Aztec's API has no way to do so, and a reported error would count against the job: in most
   * versions the third one loses the epoch. So Aztec's broker hears nothing more of it, and gives it to another agent when its
   * time is up.
   */
  async release(why: string): Promise<void> {
    await this.drop();
    const isTaken = await this.#deps.giveBack();
    const outcome = isTaken ? 'job given back' : 'job left to the broker: another agent gets it when its time is up';
    this.#deps.log.info({ ...this.#fields, why }, outcome);
  }

  /**
   * Another try is always asked for: a rejected job would lose the epoch, and whether this agent or the job is at fault, the
   * broker sees by its count of tries.
   */
  async fail(cause: AttemptCause, reason: string): Promise<void> {
    await this.drop();
    this.#deps.log.warn({ ...this.#fields, cause, reason }, 'attempt failed');
    await this.#deps.reportError(this, `${cause}: ${reason}`);
  }

  async lose(): Promise<void> {
    this.#deps.log.warn({ ...this.#fields, why: String(this.lost.reason) }, 'job lost');
    await this.drop();
  }

  get #fields(): { readonly jobId: string; readonly circuit: CircuitName } {
    return { jobId: this.record.id, circuit: this.record.circuit };
  }
}
