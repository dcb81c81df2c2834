import type { Engine } from '../../../shared/engine/engine.ts';
import { sendJobs } from '../../../shared/job-queue/send-jobs.ts';
import { JobLeaseLostError } from '../../../shared/ledger/errors.ts';
import type { AttemptCause, JobRecord } from '../../../shared/ledger/job-ledger.ts';
import { reportIncident } from '../../../shared/ledger/report-incident.ts';
import type { StoredObject } from '../../../shared/proof-store/proof-store.ts';
import { poolBeyond } from '../../../shared/proving-job/circuit-catalogue.ts';
import type { Pool } from '../../../shared/proving-job/circuit-family.ts';
import type { SpeedClass } from '../../../shared/proving-job/speed-class.ts';
import { keepTrying } from '../../../shared/retry/keep-trying.ts';
import { untilAborted } from '../../../shared/retry/until-aborted.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import type { KeptLeases } from '../heartbeat/heartbeats.ts';
import type { JobInHand } from './job-in-hand.ts';
import type { OwnFailures } from './own-failures.ts';

/** Seconds before a failed job is tried again, by the number of its failure: for corrupt inputs the node must act first. */
const FAILURE_DELAYS_SECONDS = [1, 5, 15];
const CORRUPT_DELAYS_SECONDS = [5, 15, 30];

/** A job is tried to be given back this long even after its lease: it is ours until another agent claims it. */
const MIN_GIVE_BACK_MS = 5000;

export interface HeldJobDeps {
  readonly engine: Pick<Engine, 'jobs' | 'queue' | 'incidents'>;
  /** The agent's pools. */
  readonly pools: readonly Pool[];
  /** The agent's, where it is known. */
  readonly speedClass?: SpeedClass | undefined;
  readonly ownFailures: Pick<OwnFailures, 'note'>;
  readonly log: Logger;
  readonly nowMs: () => number;
}

/**
 * A job that this agent has claimed. Heartbeats keep its two leases alive until it ends here in one of four ways: proven,
 * released, failed or lost.
 */
export class HeldJob implements JobInHand {
  readonly record: JobRecord;
  readonly #kept: KeptLeases;
  readonly #deps: HeldJobDeps;

  constructor(record: JobRecord, kept: KeptLeases, deps: HeldJobDeps) {
    this.record = record;
    this.#kept = kept;
    this.#deps = deps;
  }

  /** Aborts, with the reason, when this agent has lost the job. */
  get lost(): AbortSignal {
    return this.#kept.lost;
  }

  /** Unix time in milliseconds. */
  get claimedAtMs(): number {
    return this.#kept.leases.jobLease.claimedAtMs;
  }

  /**
   * Reports the stored proof to the ledger and completes the message, whether or not the lease still holds: the ledger
   * takes the first proof.
   * @param signal stops the attempts when it aborts, also the one under way; an error is thrown then
   * @returns whether the job is proven by this agent
   */
  async markProven(proof: StoredObject, provingMs: number, signal: AbortSignal): Promise<boolean> {
    const { engine, speedClass, log } = this.#deps;
    const { jobId, agentId, claimedAtMs } = this.#kept.leases.jobLease;
    const fields = { ...this.#fields, provingMs: Math.round(provingMs) };
    const onError = (error: unknown): void => log.warn({ err: error, ...fields }, 'job not marked proven yet');
    const report = { jobId, agentId, proof, provingMs, speedClass, claimedAtMs };
    const outcome = await keepTrying(() => untilAborted(engine.jobs.markProven(report), signal), {
      signal,
      onError,
    });
    // The ledger decides: a message that stays is completed by the next agent that receives it.
    await engine.queue.complete(this.#kept.leases.queueLease).catch(onError);
    await this.#kept.drop();
    if (outcome === 'proven') {
      log.info(fields, 'job proven');
      return true;
    }
    log.debug(fields, 'proof came late');
    const message = `agent ${agentId} proved it after it was settled; nothing is lost`;
    await reportIncident(this.#deps, { kind: 'late-proof', subject: jobId, message });
    return false;
  }

  /** Gives the job back at no cost: another agent may claim it at once, or after `delaySeconds`. */
  async release(why: string, delaySeconds = 0): Promise<void> {
    const { engine, log } = this.#deps;
    await this.#kept.drop();
    await this.#whileLeased(async () => {
      await engine.jobs.release(this.#kept.leases.jobLease);
      await engine.queue.release(this.#kept.leases.queueLease, delaySeconds);
    });
    log.info({ ...this.#fields, why }, 'job released');
  }

  /**
   * Counts a failed attempt: the job is tried again after a while, or rejected when its budget is spent. One that ran out
   * of memory goes to a larger pool, if there is one.
   *
   * The ledger moves it with the write that ends the attempt, and its message is sent after that. If the agent ends in
   * between, the sweeper sends the message, as does the next agent that receives the old one.
   */
  async fail(cause: AttemptCause, reason: string): Promise<void> {
    const { engine, pools, ownFailures, log } = this.#deps;
    const { record } = this;
    ownFailures.note(record.id);
    await this.#kept.drop();
    const movesTo = cause === 'out-of-memory' ? poolBeyond(record.circuit, record.networkVersion, pools) : undefined;
    try {
      await this.#whileLeased(async () => {
        const { jobLease, queueLease } = this.#kept.leases;
        const outcome = await engine.jobs.fail(jobLease, cause, reason, movesTo);
        if (outcome === 'rejected') {
          await engine.queue.complete(queueLease);
          const message = `${cause}: ${reason}`;
          await reportIncident(this.#deps, { kind: 'rejected-job', subject: record.id, message });
        } else if (movesTo !== undefined) {
          await sendJobs([{ ...record, pool: movesTo }], engine);
          await engine.queue.complete(queueLease);
        } else {
          await engine.queue.release(queueLease, delayAfter(cause, record));
        }
        log.warn({ ...this.#fields, cause, reason, movesTo, outcome }, 'attempt failed');
      });
    } catch (error) {
      if (!(error instanceof JobLeaseLostError)) throw error;
      await this.lose('the lease was lost before the failure was counted');
    }
  }

  /** Gives up a job that this agent has lost: the next agent that receives its message asks the ledger what to do. */
  async lose(why = String(this.lost.reason)): Promise<void> {
    const { engine, log } = this.#deps;
    log.warn({ ...this.#fields, why }, 'job lost');
    await this.#kept.drop();
    await engine.queue.release(this.#kept.leases.queueLease).catch((error: unknown) => {
      log.debug({ err: error, ...this.#fields }, 'message not released: its lease will end');
    });
  }

  get #fields(): Pick<JobRecord, 'circuit'> & { readonly jobId: JobRecord['id'] } {
    return { jobId: this.record.id, circuit: this.record.circuit };
  }

  async #whileLeased(action: () => Promise<void>): Promise<void> {
    const { log, nowMs } = this.#deps;
    const leftMs = this.#kept.leases.jobLease.expiresAtMs - nowMs();
    await keepTrying(action, {
      signal: AbortSignal.timeout(Math.max(MIN_GIVE_BACK_MS, leftMs)),
      isFinal: (error) => error instanceof JobLeaseLostError,
      onError: (error) => log.warn({ err: error, ...this.#fields }, 'job not given back yet'),
    });
  }
}

function delayAfter(cause: AttemptCause, record: JobRecord): number {
  const delays = cause === 'corrupt-inputs' ? CORRUPT_DELAYS_SECONDS : FAILURE_DELAYS_SECONDS;
  return delays[Math.min(record.attempts[cause], delays.length - 1)] ?? 0;
}
