import type { WireJobFilter, WireLease } from '../../shared/broker-api/wire-types.ts';
import type { QueueLease } from '../../shared/job-queue/job-queue.ts';
import { sendJobs } from '../../shared/job-queue/send-jobs.ts';
import type { JobRecord } from '../../shared/ledger/job-ledger.ts';
import { warnOfIncident } from '../../shared/ledger/report-incident.ts';
import { isLostObject } from '../../shared/proof-store/errors.ts';
import type { Pool } from '../../shared/proving-job/circuit-family.ts';
import { namesOwnCircuit } from '../../shared/proving-job/job-message.ts';
import type { ProvingJobId } from '../../shared/proving-job/proving-job-id.ts';
import { backoffMs } from '../../shared/retry/backoff.ts';
import { isWithin } from '../../shared/retry/is-within.ts';
import { pause } from '../../shared/retry/pause.ts';
import type { AgentBook, AgentSlot } from './agent-slot.ts';
import type { BrokerDeps } from './broker-deps.ts';
import { accepts, type CircuitTypes } from './circuit-types.ts';
import type { HeldLeases } from './held-leases.ts';
import type { StoredPayloads } from './stored-payloads.ts';
import type { WireIds } from './wire-ids.ts';

/** Messages that are made into jobs for agents at a time: the ledger and the store take a while on AWS. */
const OFFERS_AT_ONCE = 4;
/** A message that no waiting agent takes is back for others after this. */
const NOT_WANTED_SECONDS = 1;
/** The same of a message of another version or rollup, for agents of that kind. */
const FOREIGN_SECONDS = 15;
const CORRUPT_SECONDS = 5;
/** A job that failed on an agent is left to others for so long. */
const LEFT_TO_OTHERS_MS = 60_000;

/** Who asks for a job. */
export interface JobWish {
  readonly slot: AgentSlot;
  readonly filter: WireJobFilter | undefined;
  /** How long the call may wait, in milliseconds. */
  readonly holdMs: number;
  /** Ends the wait: the client has gone, or the broker stops. */
  readonly signal: AbortSignal;
}

export interface DispatchedJob {
  readonly jobId: ProvingJobId;
  readonly lease: WireLease;
}

interface Waiter extends JobWish {
  /** Whether its time is over: it may be while a message is tried for it. */
  isOver: boolean;
  readonly resolve: (job: DispatchedJob | undefined) => void;
  readonly reject: (error: unknown) => void;
}

export interface JobDispatcherDeps extends BrokerDeps {
  readonly ids: Pick<WireIds, 'toJobId' | 'toWireId'>;
  readonly types: CircuitTypes;
  readonly payloads: StoredPayloads;
  readonly held: HeldLeases;
  readonly slots: AgentBook;
  /** The pools whose jobs are dispatched, in order of preference. */
  readonly pools: readonly Pool[];
  /** Whether agents of elsewhere are to try the job first, since it failed here. @default never */
  readonly areOthersAheadFor?: (jobId: ProvingJobId) => Promise<boolean>;
  /** How long one claim waits at the queue, in seconds; a poll of SQS outlives the broker's stop by as much. */
  readonly claimSeconds: number;
}

/**
 * Gives jobs to the agents that wait for one. However many wait, one claim is open at the queue: what comes goes to the agent
 * that has waited longest of those that take it.
 */
export class JobDispatcher {
  readonly #deps: JobDispatcherDeps;
  #waiters: Waiter[] = [];
  readonly #offers = new Set<Promise<void>>();
  readonly #failures = new Map<ProvingJobId, Map<string, number>>();
  readonly #foreign = new Set<string>();
  #idle = new AbortController();
  #isClaiming = false;
  #failedClaims = 0;
  /** Messages that no agent has been chosen for yet. */
  #undecided = 0;

  constructor(deps: JobDispatcherDeps) {
    this.#deps = deps;
  }

  get waiting(): number {
    return this.#waiters.length;
  }

  /**
   * The next job for the agent, which holds it from then on; `undefined` when none came in time.
   * @throws when the engine is out of reach
   */
  async next({ slot, filter, holdMs, signal }: JobWish): Promise<DispatchedJob | undefined> {
    if (filter?.allowNewJobs === false || signal.aborted || this.#deps.slots.isDoubted(slot)) return undefined;
    const { promise, resolve, reject } = Promise.withResolvers<DispatchedJob | undefined>();
    const waiter: Waiter = { slot, filter, holdMs, signal, isOver: false, resolve, reject };
    const giveUp = (): void => {
      waiter.isOver = true;
      if (!this.#remove(waiter)) return;
      if (this.#waiters.length === 0) this.#idle.abort();
      resolve(undefined);
    };
    const timer = setTimeout(giveUp, holdMs);
    signal.addEventListener('abort', giveUp, { once: true });
    slot.isCalling = true;
    this.#waiters.push(waiter);
    if (!this.#isClaiming) void this.#claim();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      slot.isCalling = false;
    }
  }

  /** Remembers that the job failed on the agent, so that others are given it first. */
  noteFailed(jobId: ProvingJobId, { agentId }: AgentSlot): void {
    const nowMs = this.#deps.nowMs();
    for (const [id, failures] of this.#failures) {
      if ([...failures.values()].every((atMs) => !isWithin(LEFT_TO_OTHERS_MS, atMs, nowMs))) this.#failures.delete(id);
    }
    const failures = this.#failures.get(jobId) ?? new Map<string, number>();
    this.#failures.set(jobId, failures.set(agentId, nowMs));
  }

  async #claim(): Promise<void> {
    this.#isClaiming = true;
    try {
      while (this.#waiters.length > 0) {
        if (this.#offers.size >= OFFERS_AT_ONCE || this.#undecided >= this.#waiters.length) {
          await Promise.race(this.#offers);
          continue;
        }
        await this.#claimOne();
      }
    } finally {
      this.#isClaiming = false;
    }
  }

  async #claimOne(): Promise<void> {
    const { engine, pools, claimSeconds, log } = this.#deps;
    if (this.#idle.signal.aborted) this.#idle = new AbortController();
    const { signal } = this.#idle;
    try {
      const message = await engine.queue.claim(pools, { waitSeconds: claimSeconds, signal });
      this.#failedClaims = 0;
      if (message === undefined) return;
      const offer: Promise<void> = this.#offer(message)
        .catch((error: unknown) =>
          log.warn({ err: error, jobId: message.message.jobId }, 'a job was not dispatched yet'),
        )
        .finally(() => this.#offers.delete(offer));
      this.#offers.add(offer);
      // Lets calls in that have come meanwhile.
      await new Promise(setImmediate);
    } catch (error) {
      this.#failedClaims += 1;
      const pauseMs = backoffMs(this.#failedClaims, { firstMs: 200, longestMs: 5_000 });
      if (this.#failedClaims % 10 === 1) log.warn({ err: error, pauseMs }, 'the queue is out of reach, trying again');
      for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
      await pause(pauseMs);
    }
  }

  async #offer(message: QueueLease): Promise<void> {
    const { queue } = this.#deps.engine;
    this.#undecided += 1;
    let waiter: Waiter | undefined;
    try {
      if (await this.#refuse(message)) return;
      waiter = await this.#waiterFor(message);
    } finally {
      this.#undecided -= 1;
    }
    if (waiter === undefined) {
      await queue.release(message, NOT_WANTED_SECONDS);
      return;
    }
    let job: DispatchedJob | undefined;
    try {
      job = await this.#take(message, waiter);
    } catch (error) {
      waiter.reject(error);
      throw error;
    }
    if (job !== undefined) waiter.resolve(job);
    else this.#putBack(waiter);
  }

  /** Turns away what no agent of this broker can prove. @returns whether it did */
  async #refuse(lease: QueueLease): Promise<boolean> {
    const { engine, line, ids, areOthersAheadFor } = this.#deps;
    const { message } = lease;
    if (!namesOwnCircuit(message)) {
      const reason = `the message names circuit ${message.circuit}, its job id another: ${message.jobId}`;
      await engine.queue.park(lease, reason);
      await warnOfIncident(this.#deps, { kind: 'parked-message', subject: message.jobId, message: reason });
      return true;
    }
    const isOfLine = message.networkVersion === line.networkVersion && ids.toWireId(message.jobId) !== undefined;
    if (!isOfLine) {
      await engine.queue.release(lease, FOREIGN_SECONDS);
      await this.#reportForeign(lease);
      return true;
    }
    if ((await areOthersAheadFor?.(message.jobId)) !== true) return false;
    await engine.queue.release(lease, NOT_WANTED_SECONDS);
    return true;
  }

  /** The operator hears once of each kind. */
  async #reportForeign({ message: { jobId, networkVersion } }: QueueLease): Promise<void> {
    const { line } = this.#deps;
    const epochs = jobId.split(':').slice(0, -3).join(':');
    const kind = `${networkVersion} of ${epochs === '' ? 'an earlier version of Coppice' : epochs}`;
    if (this.#foreign.has(kind)) return;
    this.#foreign.add(kind);
    const message =
      `left a job of version ${kind} to others: this broker serves ${line.networkVersion} of ${line.rollup}; ` +
      'start agents of that version';
    await warnOfIncident(this.#deps, { kind: 'foreign-version', subject: jobId, message });
  }

  /** Takes the agent that has waited longest of those that take the circuit, and of these one that the job has not failed on. */
  async #waiterFor({ message: { jobId, circuit } }: QueueLease): Promise<Waiter | undefined> {
    const { engine, types, slots, nowMs } = this.#deps;
    let type = types.typeOf(circuit);
    if (type === undefined) {
      type = (await engine.jobs.find(jobId))?.wireType;
      if (type !== undefined) types.learn(circuit, type);
    }
    const willing = this.#waiters.filter(({ filter }) => type === undefined || accepts(filter, type));
    const failures = this.#failures.get(jobId);
    const hasFailedOn = ({ agentId }: AgentSlot): boolean =>
      isWithin(LEFT_TO_OTHERS_MS, failures?.get(agentId) ?? -Infinity, nowMs());
    const fresh = willing.find(({ slot }) => !hasFailedOn(slot));
    const isLeftToOthers = slots.all.some((slot) => !hasFailedOn(slot) && !slots.isDoubted(slot));
    const waiter = fresh ?? (isLeftToOthers ? undefined : willing[0]);
    if (waiter !== undefined) this.#remove(waiter);
    return waiter;
  }

  /** Claims the job for the agent and reads its inputs; `undefined` when it is not to be proven now. */
  async #take(message: QueueLease, { slot }: Waiter): Promise<DispatchedJob | undefined> {
    const { engine, leaseSeconds, pools, held, nowMs } = this.#deps;
    const { jobId } = message.message;
    const answer = await engine.jobs.claim(jobId, slot.agentId, leaseSeconds, pools);
    switch (answer.outcome) {
      case 'claimed':
        held.hold(answer.lease, message);
        try {
          return await this.#read(answer.job, slot);
        } catch (error) {
          await held.release(jobId);
          throw error;
        }
      case 'held':
        await engine.queue.release(message, Math.max(0, answer.expiresAtMs - nowMs()) / 1000);
        return undefined;
      case 'left-to-others':
        await engine.queue.release(message, NOT_WANTED_SECONDS);
        return undefined;
      case 'moved':
        // Who moved it may have ended before it sent the message to the new pool; a second one does no harm.
        await sendJobs([answer.job], engine);
        await engine.queue.complete(message);
        return undefined;
      case 'settled':
        await engine.queue.complete(message);
        if (answer.state === 'rejected') {
          const text = 'its budget of attempts is spent: the ledger has the reason';
          await warnOfIncident(this.#deps, { kind: 'rejected-job', subject: jobId, message: text });
        }
        return undefined;
      case 'unknown': {
        // The record is written before the message is sent.
        const reason = `the ledger does not know proving job ${jobId}: it was sent by another fleet`;
        await engine.queue.park(message, reason);
        await warnOfIncident(this.#deps, { kind: 'parked-message', subject: jobId, message: reason });
        return undefined;
      }
    }
  }

  async #read(record: JobRecord, slot: AgentSlot): Promise<DispatchedJob | undefined> {
    const { engine, ids, types, payloads, held, slots, log } = this.#deps;
    const { id: jobId, circuit, lease, epoch } = record;
    const type = record.wireType ?? types.typeOf(circuit);
    const wireId = ids.toWireId(jobId);
    if (lease === undefined) throw new Error(`the ledger leased proving job ${jobId} without a lease`);
    if (wireId === undefined || type === undefined) {
      log.warn({ jobId }, 'the number of the circuit on the wire is unknown: the job is left to agents of Coppice');
      const message = held.take(jobId);
      await engine.jobs.release(lease);
      if (message?.queueLease !== undefined) await engine.queue.release(message.queueLease, FOREIGN_SECONDS);
      return undefined;
    }
    types.learn(circuit, type);
    try {
      const inputsUri = await payloads.inputsUri(record, type);
      slots.began(slot, jobId, lease.claimedAtMs);
      return { jobId, lease: { job: { id: wireId, type, epochNumber: epoch, inputsUri }, time: lease.claimedAtMs } };
    } catch (error) {
      if (!isLostObject(error)) throw error;
      const message = held.take(jobId);
      await engine.jobs.fail(lease, 'corrupt-inputs', error.message);
      if (message?.queueLease !== undefined) await engine.queue.release(message.queueLease, CORRUPT_SECONDS);
      await warnOfIncident(this.#deps, { kind: 'corrupt-object', subject: error.key, message: error.message });
      return undefined;
    }
  }

  /** An agent whose message brought no job waits on, before all others. */
  #putBack(waiter: Waiter): void {
    if (waiter.isOver) {
      waiter.resolve(undefined);
      return;
    }
    this.#waiters.unshift(waiter);
    if (!this.#isClaiming) void this.#claim();
  }

  #remove(waiter: Waiter): boolean {
    const index = this.#waiters.indexOf(waiter);
    if (index >= 0) this.#waiters.splice(index, 1);
    return index >= 0;
  }
}
