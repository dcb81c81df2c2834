import type { WireJobFilter } from '../../shared/broker-api/wire-types.ts';
import { parseProvingJobId, type ProvingJobId } from '../../shared/proving-job/proving-job-id.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { OwnFailures } from '../agent/job/own-failures.ts';
import type { PoolOutlook } from '../agent/job/prefetch-rule.ts';
import { type JobAhead, PrefetchedJob, type PrefetchedJobOptions } from '../agent/job/prefetched-job.ts';
import { ProofTimes } from '../agent/job/proof-times.ts';
import type { AgentSlot } from '../broker/agent-slot.ts';
import { accepts } from '../broker/circuit-types.ts';
import type { HeldLeases } from '../broker/held-leases.ts';
import type { JobDispatcher, JobWish } from '../broker/job-dispatcher.ts';
import type { DispatchedJob } from '../broker/job-taker.ts';
import type { GatewayAgent } from './gateway-agent.ts';

export interface GatewayJobsDeps {
  readonly dispatcher: Pick<JobDispatcher, 'next' | 'noteFailed'>;
  readonly agent: GatewayAgent;
  readonly held: HeldLeases;
  readonly outlook: Pick<PoolOutlook, 'read'>;
  readonly ownFailures: Pick<OwnFailures, 'note'>;
  readonly log: Logger;
  readonly nowMs: () => number;
}

interface DispatchedAhead extends JobAhead {
  readonly job: DispatchedJob;
}

/**
 * The jobs of the one agent. While it proves, the next may be claimed ahead, with its inputs, by the rule that Coppice's own
 * agents keep; it is then in the answer to the agent's report.
 */
export class GatewayJobs implements Pick<JobDispatcher, 'next' | 'noteFailed'> {
  readonly #deps: GatewayJobsDeps;
  readonly #prefetched: PrefetchedJob<DispatchedAhead>;
  readonly #times = new ProofTimes();
  #filter: WireJobFilter | undefined;
  #current: { readonly jobId: ProvingJobId; readonly sinceMs: number } | undefined;

  constructor(prefetch: PrefetchedJobOptions | false, deps: GatewayJobsDeps) {
    this.#deps = deps;
    const { outlook, log, nowMs } = deps;
    this.#prefetched = new PrefetchedJob(prefetch, {
      claimer: { claim: ({ waitSeconds, signal }) => this.#claimAhead(waitSeconds * 1000, signal) },
      outlook,
      log,
      nowMs,
    });
  }

  /** When the job's proof is expected to be done; `undefined` when no proof of its circuit was made here. */
  expectedEndMs(jobId: ProvingJobId): number | undefined {
    const expectedMs = this.#times.expectedMs(parseProvingJobId(jobId).circuit);
    return this.#current?.jobId !== jobId || expectedMs === undefined ? undefined : this.#current.sinceMs + expectedMs;
  }

  async next(wish: JobWish): Promise<DispatchedJob | undefined> {
    const ahead = await this.#prefetched.take();
    if (ahead === undefined) return this.#deps.dispatcher.next(wish);
    const { agent, held, nowMs } = this.#deps;
    const { jobId, lease } = ahead.job;
    const isWanted =
      wish.filter?.allowNewJobs !== false &&
      accepts(wish.filter, lease.job.type) &&
      !wish.signal.aborted &&
      !agent.isDoubted();
    if (isWanted && (await held.keepAlive(jobId))) {
      agent.began(wish.slot, jobId, nowMs());
      return ahead.job;
    }
    await ahead.held.release('the agent takes no such job now');
    return this.#deps.dispatcher.next(wish);
  }

  noteFailed(jobId: ProvingJobId, slot: AgentSlot): void {
    this.#deps.ownFailures.note(jobId);
    this.#deps.dispatcher.noteFailed(jobId, slot);
  }

  /** The agent proves the job from now on. */
  began(jobId: ProvingJobId, filter: WireJobFilter | undefined): void {
    this.#filter = filter;
    this.#current = { jobId, sinceMs: this.#deps.nowMs() };
    this.#prefetched.begin(this.#times.expectedMs(parseProvingJobId(jobId).circuit));
  }

  /** Learns from a proof how long the next one of its circuit takes. */
  proven(jobId: ProvingJobId): void {
    if (this.#current?.jobId !== jobId) return;
    this.#times.add(parseProvingJobId(jobId).circuit, this.#deps.nowMs() - this.#current.sinceMs);
    this.#current = undefined;
  }

  /** Gives back the job that was claimed ahead, at no cost, and claims no other until the agent begins its next. */
  async giveBackAhead(why: string): Promise<void> {
    const ahead = await this.#prefetched.take();
    await ahead?.held.release(why);
  }

  async #claimAhead(holdMs: number, signal: AbortSignal): Promise<DispatchedAhead | undefined> {
    const { dispatcher, agent, held, log } = this.#deps;
    const job = await dispatcher.next({ slot: agent.ahead, filter: this.#filter, holdMs, signal });
    if (job === undefined) return undefined;
    return {
      job,
      held: {
        lost: new AbortController().signal,
        release: async (why) => {
          await held.release(job.jobId);
          log.info({ jobId: job.jobId, why }, 'gave a job back that was claimed ahead');
        },
      },
    };
  }
}
