import type { Engine } from '../../../shared/engine/engine.ts';
import type { Incident } from '../../../shared/ledger/incident-log.ts';
import type { AttemptCause, JobRecord } from '../../../shared/ledger/job-ledger.ts';
import { sendJobs } from '../../../shared/job-queue/send-jobs.ts';
import type { Pool } from '../../../shared/proving-job/circuit-family.ts';
import { poolBeyond } from '../../../shared/proving-job/circuit-catalogue.ts';
import { JobLeaseLostError } from '../../../shared/ledger/errors.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import type { KeptLeases } from '../heartbeat/heartbeats.ts';
import { keepTrying } from '../../../shared/retry/keep-trying.ts';

/** Seconds before a failed job is tried again, by the number of its failure: for corrupt inputs the node must act first. */
const FAILURE_DELAYS_SECONDS = [1, 5, 15];
const CORRUPT_DELAYS_SECONDS = [5, 15, 30];

export interface JobReturnsDeps {
  readonly engine: Pick<Engine, 'jobs' | 'queue' | 'incidents'>;
  /** The agent's own. */
  readonly pools: readonly Pool[];
  readonly log: Logger;
  readonly nowMs: () => number;
}

/** The ways in which an agent lets go of a job that it has not proven. */
export class JobReturns {
  readonly #dependencies: JobReturnsDeps;

  constructor(dependencies: JobReturnsDeps) {
    this.#dependencies = dependencies;
  }

  /** Gives the job back at once and at no cost: another agent may have it this moment. */
  async release(record: JobRecord, kept: KeptLeases, why: string, delaySeconds = 0): Promise<void> {
    const { engine, log } = this.#dependencies;
    await kept.drop();
    await this.#whileLeased(kept, async () => {
      await engine.jobs.release(kept.leases.jobLease);
      await engine.queue.release(kept.leases.queueLease, delaySeconds);
    });
    log.info({ jobId: record.id, circuit: record.circuit, why }, 'job released');
  }

  /**
   * Counts a failed attempt: the job is tried again after a while, or rejected when its budget is spent. One that ran out
   * of memory goes to a larger pool, if there is one.
   *
   * The ledger moves it with the write that ends the attempt. Its message is sent after that: should this be cut off
   * before, the sweeper sends it, as does the next agent to see the old one.
   */
  async fail(record: JobRecord, kept: KeptLeases, cause: AttemptCause, reason: string): Promise<void> {
    const { engine, pools, log } = this.#dependencies;
    await kept.drop();
    const movesTo = cause === 'out-of-memory' ? poolBeyond(record.circuit, pools) : undefined;
    const fields = { jobId: record.id, circuit: record.circuit, cause, reason, movesTo };
    try {
      await this.#whileLeased(kept, async () => {
        const outcome = await engine.jobs.fail(kept.leases.jobLease, cause, reason, movesTo);
        if (outcome === 'rejected') {
          await engine.queue.complete(kept.leases.queueLease);
          await this.note('rejected-job', record.id, `${cause}: ${reason}`);
        } else if (movesTo !== undefined) {
          await sendJobs([{ ...record, pool: movesTo }], engine);
          await engine.queue.complete(kept.leases.queueLease);
        } else {
          await engine.queue.release(kept.leases.queueLease, delayAfter(cause, record));
        }
        log.warn({ ...fields, outcome }, 'attempt failed');
      });
    } catch (error) {
      if (!(error instanceof JobLeaseLostError)) throw error;
      await this.drop(record, kept, 'the lease was lost before the failure was counted');
    }
  }

  /** Lets go of a job that is no longer ours: the next agent to see its message asks the ledger what to do with it. */
  async drop(record: JobRecord, kept: KeptLeases, why: string): Promise<void> {
    const { engine, log } = this.#dependencies;
    log.warn({ jobId: record.id, circuit: record.circuit, why }, 'job lost');
    await kept.drop();
    await engine.queue.release(kept.leases.queueLease).catch((error: unknown) => {
      log.debug({ err: error, jobId: record.id }, 'message not released, its lease will end');
    });
  }

  /** Tells the operator. Never stops anything. */
  async note(kind: Incident['kind'], subject: string, message: string): Promise<void> {
    const { engine, log } = this.#dependencies;
    await engine.incidents.report({ kind, subject, message }).catch((error: unknown) => {
      log.warn({ err: error, kind, subject, message }, 'incident not noted');
    });
  }

  async #whileLeased(kept: KeptLeases, action: () => Promise<void>): Promise<void> {
    const { log, nowMs } = this.#dependencies;
    await keepTrying(action, {
      signal: AbortSignal.timeout(Math.max(0, kept.leases.jobLease.expiresAtMs - nowMs())),
      isFinal: (error) => error instanceof JobLeaseLostError,
      onError: (error) => log.warn({ err: error }, 'job not given back yet'),
    });
  }
}

function delayAfter(cause: AttemptCause, record: JobRecord): number {
  const delays = cause === 'corrupt-inputs' ? CORRUPT_DELAYS_SECONDS : FAILURE_DELAYS_SECONDS;
  return delays[Math.min(record.attempts[cause], delays.length - 1)] ?? 0;
}
