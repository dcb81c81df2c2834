import type { Engine } from '../../../shared/engine/engine.ts';
import type { QueueLease } from '../../../shared/job-queue/job-queue.ts';
import type { AgentId, JobRecord } from '../../../shared/ledger/job-ledger.ts';
import { sendJobs } from '../../../shared/job-queue/send-jobs.ts';
import { ObjectCorruptError, ObjectMissingError } from '../../../shared/proof-store/errors.ts';
import type { Pool } from '../../../shared/proving-job/circuit-family.ts';
import { CIRCUIT_CATALOGUE, type CircuitName } from '../../../shared/proving-job/circuit-catalogue.ts';
import { namesOwnCircuit } from '../../../shared/proving-job/job-message.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import type { ClaimedJob } from './claimed-job.ts';
import { Deference } from './deference.ts';
import type { Heartbeats, KeptLeases } from '../heartbeat/heartbeats.ts';
import type { JobReturns } from './job-returns.ts';
import { keepTrying } from '../../../shared/retry/keep-trying.ts';
import type { QueueHabits } from './queue-habits.ts';

/** A job of another version is hidden for 15 to 30 s. */
const FOREIGN_VERSION_INTERVAL_SECONDS = 15;
/** How long a store that does not answer may keep a claimed job from being proven elsewhere. */
const FETCH_SECONDS = 10;
const FETCH_FAILED_DELAY_SECONDS = 5;

export interface JobClaimerOptions {
  readonly agentId: AgentId;
  readonly pools: readonly Pool[];
  /** The circuits it takes on; jobs of others are left to other agents. */
  readonly circuits: readonly CircuitName[];
  /** The version of circuits that it proves of each family, by the family's name. */
  readonly versions: ReadonlyMap<string, string>;
  readonly leaseSeconds: number;
  /** How long a job may be ours in all. */
  readonly maxHoldSeconds: (record: JobRecord) => number;
  readonly habits: QueueHabits;
}

export interface JobClaimerDeps {
  readonly engine: Pick<Engine, 'jobs' | 'queue' | 'proofs'>;
  readonly heartbeats: Pick<Heartbeats, 'keep'>;
  readonly returns: JobReturns;
  readonly log: Logger;
  readonly nowMs: () => number;
  /** Called when a job was refused, with the reason, for the agent's record. */
  readonly onRefused: (reason: string) => void;
}

/** Takes messages from the queue and asks the ledger what each is worth, until one is a job to prove. */
export class JobClaimer {
  readonly #options: JobClaimerOptions;
  readonly #dependencies: JobClaimerDeps;
  readonly #deference: Deference;
  readonly #knownForeignVersions = new Set<string>();

  constructor(options: JobClaimerOptions, dependencies: JobClaimerDeps) {
    this.#options = options;
    this.#dependencies = dependencies;
    this.#deference = new Deference(options.habits, dependencies.nowMs);
  }

  /**
   * Claims the next job and fetches its inputs. `undefined` when there was none within `waitSeconds`, when `signal`
   * aborted, or when the message that came was not for us: ask again.
   */
  async claim(options: {
    readonly waitSeconds: number;
    readonly signal: AbortSignal;
  }): Promise<ClaimedJob | undefined> {
    const { queue } = this.#dependencies.engine;
    const waitSeconds = await this.#deference.giveWay(options.waitSeconds, options.signal);
    const queueLease = await queue.claim(this.#options.pools, { waitSeconds, signal: options.signal });
    if (queueLease === undefined) return undefined;
    const leased = await this.#askLedger(queueLease);
    return leased === undefined ? undefined : this.#fetchInputs(leased.record, leased.kept);
  }

  async #askLedger(queueLease: QueueLease): Promise<{ record: JobRecord; kept: KeptLeases } | undefined> {
    const { engine, heartbeats, nowMs, log, returns } = this.#dependencies;
    const { agentId, leaseSeconds, pools } = this.#options;
    const { message } = queueLease;
    if (await this.#refuse(queueLease)) return undefined;

    const answer = await engine.jobs.claim(message.jobId, agentId, leaseSeconds, pools);
    switch (answer.outcome) {
      case 'claimed': {
        const untilMs = nowMs() + this.#options.maxHoldSeconds(answer.job) * 1000;
        return { record: answer.job, kept: heartbeats.keep({ jobLease: answer.lease, queueLease }, untilMs) };
      }
      case 'held':
        // Delivered twice, or its agent was lost: whoever looks again at the end of that lease can tell.
        await engine.queue.release(queueLease, Math.max(0, answer.expiresAtMs - nowMs()) / 1000);
        log.debug({ jobId: message.jobId }, 'job held by another agent');
        return undefined;
      case 'moved':
        // Whoever moved it may have been cut off before it sent the message of the new pool; one too many does no harm.
        await sendJobs([answer.job], engine);
        await engine.queue.complete(queueLease);
        log.info({ jobId: message.jobId, pool: answer.job.pool }, 'sent a job on to the pool that it was moved to');
        return undefined;
      case 'left-to-others':
        // A second copy of what this very agent proves: to hide it for long would keep it from those it is for.
        await engine.queue.release(queueLease, this.#deference.hideSeconds(this.#options.habits.otherCircuitSeconds));
        return undefined;
      case 'settled':
        await engine.queue.complete(queueLease);
        if (answer.state === 'rejected') {
          await returns.note(
            'rejected-job',
            message.jobId,
            'its budget of attempts is spent: the ledger has the reason',
          );
        }
        return undefined;
      case 'unknown':
        // A node writes the record before it sends the message, so this job is of another fleet.
        await this.#park(
          queueLease,
          `the ledger does not know proving job ${message.jobId}: it was sent by another fleet`,
        );
        return undefined;
    }
  }

  /** Turns away what no agent like this one can prove. Answers whether it did. */
  async #refuse(queueLease: QueueLease): Promise<boolean> {
    const { engine, returns, onRefused } = this.#dependencies;
    const { message } = queueLease;
    const version = this.#options.versions.get(CIRCUIT_CATALOGUE[message.circuit].family);
    if (version === undefined || !this.#options.circuits.includes(message.circuit)) {
      await engine.queue.release(queueLease, this.#deference.hideSeconds(this.#options.habits.otherCircuitSeconds));
      return true;
    }
    if (message.networkVersion !== version) {
      await engine.queue.release(queueLease, this.#deference.hideSeconds(FOREIGN_VERSION_INTERVAL_SECONDS));
      const reason = `left a job of network version ${message.networkVersion} for an agent of that version`;
      onRefused(reason);
      if (!this.#knownForeignVersions.has(message.networkVersion)) {
        this.#knownForeignVersions.add(message.networkVersion);
        const advice = `agent ${this.#options.agentId} proves for ${version}: start agents of ${message.networkVersion}`;
        await returns.note('foreign-version', message.jobId, `${reason}; ${advice}`);
      }
      return true;
    }
    if (!namesOwnCircuit(message)) {
      await this.#park(
        queueLease,
        `the message names circuit ${message.circuit}, its job id another: ${message.jobId}`,
      );
      return true;
    }
    return false;
  }

  async #park(queueLease: QueueLease, reason: string): Promise<void> {
    const { engine, returns, log, onRefused } = this.#dependencies;
    await engine.queue.park(queueLease, reason);
    onRefused(reason);
    log.warn({ jobId: queueLease.message.jobId, reason }, 'message parked');
    await returns.note('parked-message', queueLease.message.jobId, reason);
  }

  async #fetchInputs(record: JobRecord, kept: KeptLeases): Promise<ClaimedJob | undefined> {
    const { engine, returns, log } = this.#dependencies;
    const isBroken = (error: unknown): boolean =>
      error instanceof ObjectCorruptError || error instanceof ObjectMissingError;
    try {
      const inputs = await keepTrying(() => engine.proofs.get(record.inputs), {
        signal: AbortSignal.any([kept.lost, AbortSignal.timeout(FETCH_SECONDS * 1000)]),
        isFinal: isBroken,
        onError: (error) => log.warn({ err: error, jobId: record.id }, 'inputs not read yet'),
      });
      return { record, kept, inputs, claimedAtMs: kept.leases.jobLease.claimedAtMs };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (isBroken(error)) {
        await returns.note('corrupt-object', record.inputs.key, message);
        await returns.fail(record, kept, 'corrupt-inputs', message);
      } else if (kept.lost.aborted) {
        await returns.drop(record, kept, String(kept.lost.reason));
      } else {
        await returns.release(record, kept, `its inputs cannot be read: ${message}`, FETCH_FAILED_DELAY_SECONDS);
        throw error;
      }
      return undefined;
    }
  }
}
