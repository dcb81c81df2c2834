import type { WireJobFilter } from '../../shared/broker-api/wire-types.ts';
import type { QueueLease } from '../../shared/job-queue/job-queue.ts';
import type { RollupId } from '../../shared/proving-job/epoch-id.ts';
import type { ProvingJobId } from '../../shared/proving-job/proving-job-id.ts';
import { backoffMs } from '../../shared/retry/backoff.ts';
import { pause } from '../../shared/retry/pause.ts';
import { untilAborted } from '../../shared/retry/until-aborted.ts';
import type { AgentSlot } from './agent-slot.ts';
import { accepts } from './circuit-types.ts';
import { FailedJobs } from './failed-jobs.ts';
import type { JobAhead, JobsAhead } from './jobs-ahead.ts';
import { type DispatchedJob, JobTaker, type JobTakerDeps, NOT_WANTED_SECONDS } from './job-taker.ts';
import type { InputsUri } from './stored-payloads.ts';
import type { AnswerRoom, AnswerShare } from './transport/answer-room.ts';
import { covers, type Wanted, type WaitingAgent, WaitingAgents } from './waiting-agents.ts';

/** Messages that are made into jobs for agents at a time: the ledger and the store take a while on AWS. */
const OFFERS_AT_ONCE = 4;
/** Between two claims of whatever is there. */
const FROM_ALL_MS = 60_000;
/** An engine that is out of reach does not keep the broker from stopping. */
const CLOSE_MS = 5_000;

/** Who asks for a job. */
export interface JobWish {
  readonly slot: AgentSlot;
  readonly filter: WireJobFilter | undefined;
  /** How long the call may wait, in milliseconds. */
  readonly holdMs: number;
  /** Ends the wait: the client has gone, or the broker stops. */
  readonly signal: AbortSignal;
  /** Of the response that the job goes into. */
  readonly answer: AnswerShare;
}

export interface JobDispatcherDeps extends JobTakerDeps {
  /** How long one claim waits at the queue, in seconds; a poll of SQS outlives the broker's stop by as much. */
  readonly claimSeconds: number;
  /** The rollup whose jobs are dispatched. @default those of every rollup of the version */
  readonly rollup?: RollupId;
  /** @default no job is claimed before an agent asks for one */
  readonly ahead?: JobsAhead;
  /** Where no payload fits for now, no job is claimed. @default there is always room */
  readonly room?: Pick<AnswerRoom, 'isFull' | 'whenOpen'> | undefined;
}

/**
 * Gives jobs to the agents that wait for one. However many wait, one claim is open at the queue, for the circuits that they take:
 * what comes goes to the agent that has waited longest of those that take it.
 */
export class JobDispatcher {
  readonly #deps: JobDispatcherDeps;
  readonly #taker: JobTaker;
  readonly #failed: FailedJobs;
  readonly #waiting: WaitingAgents;
  readonly #offers = new Set<Promise<void>>();
  /** Ends the claim that is open: nobody waits any more, or others do. */
  #claimOver = new AbortController();
  #openClaim: Wanted | undefined;
  #isClaiming = false;
  #failedClaims = 0;
  #claimedFromAllAtMs = -Infinity;
  /** Messages that no agent has been chosen for yet. */
  #undecided = 0;

  constructor(deps: JobDispatcherDeps) {
    this.#deps = deps;
    this.#taker = new JobTaker(deps);
    this.#failed = new FailedJobs(deps.nowMs);
    this.#waiting = new WaitingAgents(deps, this.#failed);
  }

  get waiting(): number {
    return this.#waiting.idle.length;
  }

  /**
   * The next job for the agent, which holds it from then on; `undefined` when none came in time.
   * @throws when the engine is out of reach
   */
  async next({ slot, filter, holdMs, signal, answer }: JobWish): Promise<DispatchedJob | undefined> {
    const { ahead, slots } = this.#deps;
    ahead?.ended(slot);
    if (filter?.allowNewJobs === false || signal.aborted || slots.isDoubted(slot)) return undefined;
    slot.isCalling = true;
    try {
      const kept = await this.#takeKept({ slot, filter, answer });
      return kept ?? (await this.#wait({ slot, filter, answer, isAhead: false }, signal, holdMs));
    } finally {
      slot.isCalling = false;
    }
  }

  /** Remembers that the job failed on the agent, so that others are given it first. */
  noteFailed(jobId: ProvingJobId, slot: AgentSlot): void {
    this.#failed.note(jobId, slot);
  }

  /** Gives back what was claimed early, and ends when no message is under way to an agent. */
  async close(): Promise<void> {
    const closed = Promise.all([this.#deps.ahead?.close(), ...this.#offers]);
    await untilAborted(closed, AbortSignal.timeout(CLOSE_MS)).catch((error: unknown) =>
      this.#deps.log.warn(
        { err: error },
        'jobs that were on their way to agents were not given back: their leases will end',
      ),
    );
  }

  /** A job that was claimed early, whichever agent it was meant for. */
  async #takeKept(agent: Pick<WaitingAgent, 'slot' | 'filter' | 'answer'>): Promise<DispatchedJob | undefined> {
    for (;;) {
      const kept = this.#deps.ahead?.take(this.#isFor(agent));
      const job = kept && (await this.#take(kept.message, agent, kept.inputsUri));
      if (kept === undefined || job !== undefined) return job;
    }
  }

  /** Waits for a message to be taken for the agent: until it is its own, or, while the agent is at work, until it is kept. */
  async #wait(
    wish: Pick<WaitingAgent, 'slot' | 'filter' | 'isAhead' | 'answer'>,
    signal: AbortSignal,
    holdMs?: number,
  ): Promise<DispatchedJob | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<DispatchedJob | undefined>();
    const waiter: WaitingAgent = { ...wish, isOver: false, resolve, reject };
    const giveUp = (): void => {
      waiter.isOver = true;
      if (!this.#waiting.remove(waiter)) return;
      if (this.#waiting.count === 0) this.#claimOver.abort();
      resolve(undefined);
    };
    const timer = holdMs === undefined ? undefined : setTimeout(giveUp, holdMs);
    signal.addEventListener('abort', giveUp, { once: true });
    this.#waiting.add(waiter);
    this.#claimForAll();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
    }
  }

  /** Opens a claim, or opens another when the one that is open leaves what is wanted now. */
  #claimForAll(): void {
    if (!this.#isClaiming) void this.#claim();
    else if (this.#openClaim !== undefined && !covers(this.#openClaim, this.#waiting.wanted)) this.#claimOver.abort();
  }

  async #claim(): Promise<void> {
    this.#isClaiming = true;
    try {
      while (this.#waiting.count > 0) {
        if (this.#offers.size >= OFFERS_AT_ONCE || this.#undecided >= this.#waiting.count) {
          await Promise.race(this.#offers);
          continue;
        }
        if (this.#deps.room?.isFull === true) {
          await this.#deps.room.whenOpen();
          continue;
        }
        await this.#claimOne();
      }
    } finally {
      this.#isClaiming = false;
    }
  }

  async #claimOne(): Promise<void> {
    const { engine, claimSeconds, log } = this.#deps;
    const rollup = this.#rollupToClaim();
    if (this.#claimOver.signal.aborted) this.#claimOver = new AbortController();
    const { signal } = this.#claimOver;
    const { pools, except } = (this.#openClaim = this.#waiting.wanted);
    try {
      const message = await engine.queue.claim(pools, { waitSeconds: claimSeconds, signal, except, rollup });
      this.#failedClaims = 0;
      if (message === undefined) {
        // A queue that is being closed returns at once.
        await new Promise(setImmediate);
        return;
      }
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
      for (const waiter of this.#waiting.removeAll()) waiter.reject(error);
      await pause(pauseMs);
    } finally {
      this.#openClaim = undefined;
    }
  }

  /** Other rollups' messages are left to their brokers, but for one a minute: the operator hears of those that nobody takes. */
  #rollupToClaim(): RollupId | undefined {
    const nowMs = performance.now();
    if (nowMs - this.#claimedFromAllAtMs < FROM_ALL_MS) return this.#deps.rollup;
    this.#claimedFromAllAtMs = nowMs;
    return undefined;
  }

  async #offer(message: QueueLease): Promise<void> {
    this.#undecided += 1;
    let waiter: WaitingAgent | undefined;
    try {
      if (await this.#taker.refuse(message)) return;
      waiter = await this.#waiterFor(message);
    } finally {
      this.#undecided -= 1;
    }
    if (waiter === undefined) return;
    if (!waiter.isAhead) {
      await this.#hand(message, waiter);
      return;
    }
    waiter.resolve(undefined);
    await this.#keep(message);
  }

  async #hand(message: QueueLease, waiter: WaitingAgent, inputsUri?: InputsUri): Promise<void> {
    try {
      const job = await this.#take(message, waiter, inputsUri);
      if (job !== undefined) waiter.resolve(job);
      else this.#putBack(waiter);
    } catch (error) {
      waiter.reject(error);
      throw error;
    }
  }

  /** @returns `undefined` when the message was given back */
  async #waiterFor(message: QueueLease): Promise<WaitingAgent | undefined> {
    const { engine, types } = this.#deps;
    const { jobId, circuit } = message.message;
    let type = types.typeOf(circuit);
    if (type === undefined) {
      type = (await engine.jobs.find(jobId))?.wireType;
      if (type !== undefined) types.learn(circuit, type);
    }
    let chosen = this.#waiting.removeFirstFor(jobId, type);
    // An agent whose client does not read what it has keeps no message from the others.
    while (typeof chosen !== 'string' && chosen.answer?.hasRoom === false) {
      chosen.resolve(undefined);
      chosen = this.#waiting.removeFirstFor(jobId, type);
    }
    if (typeof chosen !== 'string') return chosen;
    // The next claim leaves what nobody takes, but what failed here would come back before all others.
    await engine.queue.release(message, chosen === 'not-wanted' ? 0 : NOT_WANTED_SECONDS);
    return undefined;
  }

  /** Makes the message a job of the agent, and arranges the search for its next one. */
  async #take(
    message: QueueLease,
    { slot, filter, answer }: Pick<WaitingAgent, 'slot' | 'filter' | 'answer'>,
    inputsUri?: InputsUri,
  ): Promise<DispatchedJob | undefined> {
    const job = await this.#taker.take(message, slot, inputsUri);
    if (job === undefined) return undefined;
    answer?.add(job.inputsBytes);
    this.#deps.ahead?.began(slot, message.message.circuit, (signal) => {
      this.#wait({ slot, filter, isAhead: true }, signal).catch((error: unknown) =>
        this.#deps.log.debug({ err: error }, 'no job was claimed early'),
      );
    });
    return job;
  }

  /** Keeps the job for an agent that is at work, unless others have fallen idle meanwhile. */
  async #keep(message: QueueLease): Promise<void> {
    await this.#deps.ahead?.keep(message);
    for (const waiter of this.#waiting.idle) {
      const kept = this.#deps.ahead?.take(this.#isFor(waiter));
      if (kept !== undefined && this.#waiting.remove(waiter)) await this.#hand(kept.message, waiter, kept.inputsUri);
    }
  }

  #isFor({ slot, filter }: Pick<WaitingAgent, 'slot' | 'filter'>): (job: JobAhead) => boolean {
    return ({ type, message }) => accepts(filter, type) && !this.#failed.hasFailedOn(message.message.jobId, slot);
  }

  /** An agent whose message brought no job waits on, before all others. */
  #putBack(waiter: WaitingAgent): void {
    if (waiter.isOver) {
      waiter.resolve(undefined);
      return;
    }
    this.#waiting.putBack(waiter);
    this.#claimForAll();
  }
}
