import type { Engine } from '../../../shared/engine/engine.ts';
import type { QueueLease } from '../../../shared/job-queue/job-queue.ts';
import { sendJobs } from '../../../shared/job-queue/send-jobs.ts';
import type { AgentId, ClaimAnswer, JobRecord } from '../../../shared/ledger/job-ledger.ts';
import { reportIncident } from '../../../shared/ledger/report-incident.ts';
import { isDevelopmentChain } from '../../../shared/l1/development-chains.ts';
import { isLostObject } from '../../../shared/proof-store/errors.ts';
import { CIRCUIT_CATALOGUE, isNative, type NativeCircuit } from '../../../shared/proving-job/circuit-catalogue.ts';
import type { Pool } from '../../../shared/proving-job/circuit-family.ts';
import { isTrial, parseEpochId, parseRollupId } from '../../../shared/proving-job/epoch-id.ts';
import { namesOwnCircuit } from '../../../shared/proving-job/job-message.ts';
import { epochIdOf, type ProvingJobId } from '../../../shared/proving-job/proving-job-id.ts';
import { keepTrying } from '../../../shared/retry/keep-trying.ts';
import { untilAborted } from '../../../shared/retry/until-aborted.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import type { Drain } from '../drain.ts';
import type { LeasePair } from '../heartbeat/lease-keeper.ts';
import { errorText } from '../../../shared/telemetry/error-text.ts';
import type { ProofMemory } from '../memory/proof-memory.ts';
import { ForeignVersionTicks } from './foreign-version-ticks.ts';
import type { HeldJob } from './held-job.ts';
import type { ReadyJob } from './job-in-hand.ts';
import type { OwnFailures } from './own-failures.ts';
import type { PollingPolicy } from './polling-policy.ts';
import { RefusedJobs } from './refused-jobs.ts';

/** How long an unresponsive store may keep a claimed job from being proven by another agent. */
const FETCH_SECONDS = 10;
const FETCH_FAILED_DELAY_SECONDS = 5;
/** How often a job comes back whose inputs only official agents can read. */
const ELSEWHERE_TICK_SECONDS = 15;

/** A job that this agent holds, ready to be proven. */
export type ClaimedJob = ReadyJob<HeldJob>;

export interface JobClaimerOptions {
  readonly agentId: AgentId;
  readonly pools: readonly Pool[];
  /** The circuits that this agent proves; jobs of others are left to other agents. */
  readonly circuits: readonly NativeCircuit[];
  /** The circuits' version that it proves, by the name of their family. */
  readonly versions: ReadonlyMap<string, string>;
  /** Leaves Aztec's jobs of other L1 chains than development chains. */
  readonly isForDevelopmentChains?: boolean | undefined;
  readonly leaseSeconds: number;
  readonly polling: PollingPolicy;
}

export interface JobClaimerDeps {
  readonly engine: Pick<Engine, 'jobs' | 'queue' | 'proofs' | 'incidents'>;
  /** Begins the heartbeats of a job that was just claimed. */
  readonly hold: (record: JobRecord, leases: LeasePair) => HeldJob;
  /** Whether this agent holds the job already. */
  readonly isHeld: (jobId: ProvingJobId) => boolean;
  readonly drain: Pick<Drain, 'stop' | 'giveBack' | 'leave'>;
  readonly ownFailures: Pick<OwnFailures, 'areOthersAheadFor'>;
  /** Of the machine, for real proofs. */
  readonly memory?: Pick<ProofMemory, 'take' | 'giveBack'> | undefined;
  readonly log: Logger;
  readonly nowMs: () => number;
  /** Called with the reason when a job was refused, for the agent's record. */
  readonly onRefused: (reason: string) => void;
}

/** Takes messages from the queue and claims their jobs in the ledger, until one is a job for this agent. */
export class JobClaimer {
  readonly #options: JobClaimerOptions;
  readonly #deps: JobClaimerDeps;
  readonly #refused: RefusedJobs;
  readonly #foreignTicks: ForeignVersionTicks;
  readonly #knownForeignVersions = new Set<string>();

  constructor(options: JobClaimerOptions, deps: JobClaimerDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#refused = new RefusedJobs(options.polling, deps.nowMs);
    this.#foreignTicks = new ForeignVersionTicks(deps.nowMs);
  }

  /**
   * Claims the next job and fetches its inputs.
   * @returns `undefined` when no job came within `waitSeconds`, when `signal` aborted, or when the message that came was
   * not for this agent: call again
   */
  async claim(options: {
    readonly waitSeconds: number;
    readonly signal: AbortSignal;
  }): Promise<ClaimedJob | undefined> {
    const { queue } = this.#deps.engine;
    const waitSeconds = await this.#refused.letOthersGoFirst(options.waitSeconds, options.signal);
    const queueLease = await queue.claim(this.#options.pools, { waitSeconds, signal: options.signal });
    if (queueLease === undefined || (await this.#refuse(queueLease))) return undefined;
    const { jobId } = queueLease.message;
    let held: HeldJob | undefined;
    try {
      held = await this.#claimInLedger(queueLease);
    } finally {
      // A held job gives it back when it ends.
      if (held === undefined) this.#deps.memory?.giveBack(jobId);
    }
    if (held === undefined) return undefined;
    const inputs = await this.#fetchInputs(held);
    return inputs && { held, inputs };
  }

  async #claimInLedger(queueLease: QueueLease): Promise<HeldJob | undefined> {
    const { engine, hold, nowMs, log } = this.#deps;
    const { jobId } = queueLease.message;
    const answer = await this.#askLedger(queueLease);
    switch (answer.outcome) {
      case 'claimed':
        return hold(answer.job, { jobLease: answer.lease, queueLease });
      case 'held':
        // Delivered twice, or its agent was lost: the next agent that gets it at the end of that lease finds out.
        await engine.queue.release(queueLease, Math.max(0, answer.expiresAtMs - nowMs()) / 1000);
        log.debug({ jobId }, 'job held by another agent');
        return undefined;
      case 'moved':
        // The agent that moved it may have ended before it sent the message to the new pool; a second one does no harm.
        await sendJobs([answer.job], engine);
        await engine.queue.complete(queueLease);
        log.info({ jobId, pool: answer.job.pool }, 'sent a moved job on to its new pool');
        return undefined;
      case 'left-to-others':
        // A second copy of a job that this agent is proving: it is for others, so it is hidden for a short time only.
        await this.#hide(queueLease, this.#options.polling.otherCircuitTickSeconds);
        return undefined;
      case 'settled':
        await engine.queue.complete(queueLease);
        if (answer.state === 'rejected') {
          const message = 'its budget of attempts is spent: the ledger has the reason';
          await reportIncident(this.#deps, { kind: 'rejected-job', subject: jobId, message });
        }
        return undefined;
      case 'unknown':
        // A node writes the record before it sends the message, so this job is of another fleet.
        await this.#park(queueLease, `the ledger does not know proving job ${jobId}: it was sent by another fleet`);
        return undefined;
    }
  }

  /** A claim that is still under way when the agent must give its jobs back is given back when it succeeds. */
  async #askLedger(queueLease: QueueLease): Promise<ClaimAnswer> {
    const { engine, drain, log } = this.#deps;
    const { agentId, leaseSeconds, pools } = this.#options;
    const { jobId } = queueLease.message;
    const claim = engine.jobs.claim(jobId, agentId, leaseSeconds, pools);
    try {
      return await untilAborted(claim, drain.giveBack);
    } catch (error) {
      if (drain.giveBack.aborted) {
        log.warn({ jobId }, 'the ledger has not responded to a claim: the job is given back if it succeeds');
        const releaseJob = async (): Promise<void> => {
          const answer = await claim;
          if (answer.outcome === 'claimed') await engine.jobs.release(answer.lease);
        };
        await untilAborted(Promise.all([engine.queue.release(queueLease), releaseJob()]), drain.leave);
      }
      throw error;
    }
  }

  /** Turns away what agents of this kind cannot prove, and what others should try first. @returns whether it did */
  async #refuse(queueLease: QueueLease): Promise<boolean> {
    const { message } = queueLease;
    const { circuit } = message;
    const version = isNative(circuit) ? this.#options.versions.get(CIRCUIT_CATALOGUE[circuit].family) : undefined;
    if (version === undefined || !isNative(circuit) || !this.#options.circuits.includes(circuit)) {
      await this.#hide(queueLease, this.#options.polling.otherCircuitTickSeconds);
      return true;
    }
    if (message.networkVersion !== version) {
      await this.#hide(queueLease, this.#foreignTicks.nextSeconds());
      await this.#reportForeignVersion(queueLease, version);
      return true;
    }
    if (!namesOwnCircuit(message)) {
      const reason = `the message names circuit ${message.circuit}, its job id another: ${message.jobId}`;
      await this.#park(queueLease, reason);
      return true;
    }
    if (this.#options.isForDevelopmentChains && !isOfDevelopmentChain(message.jobId)) {
      await this.#hide(queueLease, this.#foreignTicks.nextSeconds());
      this.#deps.onRefused(
        `left ${message.jobId}, which is not of a development chain: this agent's keys hold only there`,
      );
      return true;
    }
    // Its lease has ended while the ledger was out of reach: to claim it again would end the attempt under way.
    if (this.#deps.isHeld(message.jobId)) {
      await this.#hide(queueLease, this.#options.polling.otherCircuitTickSeconds);
      return true;
    }
    if (await this.#deps.ownFailures.areOthersAheadFor(message.jobId)) {
      await this.#hide(queueLease, this.#options.polling.otherCircuitTickSeconds);
      this.#deps.log.debug({ jobId: message.jobId }, 'left a job that failed here to another agent');
      return true;
    }
    if (this.#deps.memory?.take(message.jobId, circuit) === false) {
      await this.#hide(queueLease, this.#options.polling.otherCircuitTickSeconds);
      this.#deps.onRefused(`left ${circuit} until the machine has the memory for it: other agents prove`);
      return true;
    }
    return false;
  }

  async #hide(queueLease: QueueLease, tickSeconds: number): Promise<void> {
    await this.#deps.engine.queue.release(queueLease, this.#refused.hideSeconds(tickSeconds));
  }

  /** The operator hears once of each version. */
  async #reportForeignVersion({ message: { jobId, networkVersion } }: QueueLease, ownVersion: string): Promise<void> {
    const reason = `left a job of network version ${networkVersion} for an agent of that version`;
    this.#deps.onRefused(reason);
    if (this.#knownForeignVersions.has(networkVersion)) return;
    this.#knownForeignVersions.add(networkVersion);
    const advice = `agent ${this.#options.agentId} proves for ${ownVersion}: start agents of ${networkVersion}`;
    await reportIncident(this.#deps, {
      kind: 'foreign-version',
      subject: jobId,
      message: `${reason}; ${advice}`,
    });
  }

  async #park(queueLease: QueueLease, reason: string): Promise<void> {
    const { engine, log, onRefused } = this.#deps;
    const { jobId } = queueLease.message;
    await engine.queue.park(queueLease, reason);
    onRefused(reason);
    log.warn({ jobId, reason }, 'message parked');
    await reportIncident(this.#deps, { kind: 'parked-message', subject: jobId, message: reason });
  }

  /** @returns `undefined` when the job has been let go of */
  async #fetchInputs(held: HeldJob): Promise<Uint8Array | undefined> {
    const { engine, log, drain } = this.#deps;
    const { id, inputs, inputsUri } = held.record;
    if (inputsUri !== undefined) {
      await held.release(
        'its inputs are in the store of official agents',
        this.#refused.hideSeconds(ELSEWHERE_TICK_SECONDS),
      );
      return undefined;
    }
    const signal = AbortSignal.any([held.lost, drain.stop, AbortSignal.timeout(FETCH_SECONDS * 1000)]);
    try {
      return await keepTrying(() => untilAborted(engine.proofs.get(inputs), signal), {
        signal,
        isFinal: isLostObject,
        onError: (error) => log.warn({ err: error, jobId: id }, 'inputs not read yet'),
      });
    } catch (error) {
      const message = errorText(error);
      if (isLostObject(error)) {
        await held.fail('corrupt-inputs', message);
        await reportIncident(this.#deps, { kind: 'corrupt-object', subject: inputs.key, message });
      } else if (held.lost.aborted) {
        await held.lose();
      } else {
        const delaySeconds = drain.stop.aborted ? 0 : FETCH_FAILED_DELAY_SECONDS;
        await held.release(`its inputs cannot be read: ${message}`, delaySeconds);
        throw error;
      }
      return undefined;
    }
  }
}

/** Trials belong to no chain, and say by themselves which reference string they are under. */
function isOfDevelopmentChain(jobId: ProvingJobId): boolean {
  const epochId = epochIdOf(jobId);
  const { rollup } = parseEpochId(epochId);
  const chain = rollup && parseRollupId(rollup);
  return isTrial(epochId) || (chain !== undefined && isDevelopmentChain(chain.chainId));
}
