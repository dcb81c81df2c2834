import { pause } from '../../../shared/retry/pause.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import type { PrefetchOptions } from '../agent-options.ts';
import type { ClaimedJob, JobClaimer } from './job-claimer.ts';
import type { PollingPolicy } from './polling-policy.ts';
import { mayPrefetch, type PoolOutlook } from './prefetch-rule.ts';

/** A claim waits this long: a message that was visible a moment ago still is, or another agent has it by now. */
const CLAIM_SECONDS = 1;

export type PrefetchedJobOptions = PrefetchOptions & Pick<PollingPolicy, 'prefetchPollMs'>;

export interface PrefetchedJobDeps {
  readonly claimer: Pick<JobClaimer, 'claim'>;
  readonly outlook: Pick<PoolOutlook, 'read'>;
  /** Called with the job as soon as it is held. */
  readonly prepare?: (job: ClaimedJob) => void;
  readonly log: Logger;
  readonly nowMs: () => number;
}

/** The one job that an agent may claim while it still proves another, by the rule of {@link mayPrefetch}. */
export class PrefetchedJob {
  readonly #options: PrefetchedJobOptions | false;
  readonly #deps: PrefetchedJobDeps;
  #stop = new AbortController();
  #claiming: Promise<ClaimedJob | undefined> = Promise.resolve(undefined);

  constructor(options: PrefetchedJobOptions | false, deps: PrefetchedJobDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  /** Begins to claim ahead, for as long as a proof runs that is expected to take `expectedMs`. */
  begin(expectedMs: number | undefined): void {
    if (this.#options === false || expectedMs === undefined) return;
    this.#stop = new AbortController();
    const endsAtMs = this.#deps.nowMs() + expectedMs;
    this.#claiming = this.#claimInTime(endsAtMs, this.#options, this.#stop.signal).catch((error: unknown) => {
      this.#deps.log.warn({ err: error }, 'no job claimed ahead');
      return undefined;
    });
  }

  /** Stops claiming ahead. @returns the job, if there is one; the caller has to prove or release it */
  async take(): Promise<ClaimedJob | undefined> {
    this.#stop.abort('the proof is done');
    const claiming = this.#claiming;
    // Of two callers one gets it.
    this.#claiming = Promise.resolve(undefined);
    return await claiming;
  }

  async #claimInTime(
    endsAtMs: number,
    options: PrefetchedJobOptions,
    signal: AbortSignal,
  ): Promise<ClaimedJob | undefined> {
    const { claimer, outlook, nowMs } = this.#deps;
    const leadMs = options.leadSeconds * 1000;
    await pause(endsAtMs - leadMs - nowMs(), signal);
    while (!signal.aborted) {
      if (mayPrefetch({ leftMs: endsAtMs - nowMs(), leadMs, ...(await outlook.read()) })) {
        const job = await claimer.claim({ waitSeconds: CLAIM_SECONDS, signal });
        if (job !== undefined) return this.#hold(job, options.holdSeconds, signal);
      }
      if (options.prefetchPollMs === Infinity) return undefined;
      await pause(options.prefetchPollMs, signal);
    }
    return undefined;
  }

  /** A proof that takes much longer than expected must not keep a job from agents that could have it. */
  async #hold(job: ClaimedJob, holdSeconds: number, signal: AbortSignal): Promise<ClaimedJob | undefined> {
    this.#deps.prepare?.(job);
    const { held } = job;
    await pause(holdSeconds * 1000, AbortSignal.any([signal, held.lost]));
    if (signal.aborted && !held.lost.aborted) return job;
    await held.release('claimed ahead, and the proof before it goes on');
    return undefined;
  }
}
