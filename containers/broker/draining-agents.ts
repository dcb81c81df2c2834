import type { WireJobFilter } from '../../shared/broker-api/wire-types.ts';
import type { ProvingJobId } from '../../shared/proving-job/proving-job-id.ts';
import { isWithin } from '../../shared/retry/is-within.ts';
import { repeatEvery } from '../../shared/retry/repeat-every.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { HeldLeases } from './held-leases.ts';

const CHECK_MS = 1_000;

export interface DrainingAgentsDeps {
  readonly held: HeldLeases;
  readonly leaseSeconds: number;
  readonly log: Logger;
  readonly nowMs: () => number;
}

interface Report {
  /** Of the lease: another agent may have the job meanwhile. */
  readonly token: number;
  readonly atMs: number;
}

/**
 * Gives back, at no cost, the job of an agent that said that it drains and then fell silent: it was stopped on purpose, before
 * it was done. Agents say so from some 6.0 on; one that is stopped without a word looks like one that crashed, and its job must
 * be counted, or a job that kills its agents would never end.
 */
export class DrainingAgents {
  readonly #deps: DrainingAgentsDeps;
  readonly #reports = new Map<ProvingJobId, Report>();

  constructor(deps: DrainingAgentsDeps) {
    this.#deps = deps;
  }

  /** An agent reported progress. */
  note(jobId: ProvingJobId, filter: WireJobFilter | undefined): void {
    const lease = this.#deps.held.find(jobId)?.jobLease;
    if (lease === undefined || filter?.allowNewJobs !== false) this.#reports.delete(jobId);
    else this.#reports.set(jobId, { token: lease.token, atMs: this.#deps.nowMs() });
  }

  /** Checks for silent agents until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await repeatEvery(CHECK_MS, () => this.#giveBack(), signal);
  }

  /** Well before the lease ends, which is extended when a third of it is over. */
  async #giveBack(): Promise<void> {
    const { held, leaseSeconds, log, nowMs } = this.#deps;
    for (const [jobId, { token, atMs }] of this.#reports) {
      const isHeld = held.find(jobId)?.jobLease.token === token;
      if (isHeld && isWithin(leaseSeconds * 500, atMs, nowMs())) continue;
      this.#reports.delete(jobId);
      if (!isHeld) continue;
      log.info({ jobId }, 'gave back the job of an agent that drained and fell silent');
      await held.release(jobId).catch((error: unknown) => {
        log.warn({ err: error, jobId }, 'the job of an agent that drained was not given back: its lease will end');
      });
    }
  }
}
