import type { Logger } from '../../../shared/telemetry/logger.ts';
import type { PrefetchOptions } from '../agent-options.ts';
import type { ClaimedJob } from './claimed-job.ts';
import type { JobClaimer } from './job-claimer.ts';
import type { JobReturns } from './job-returns.ts';
import { pause } from '../../../shared/retry/pause.ts';
import { mayPrefetch, type PoolOutlook } from './prefetch-rule.ts';
import type { QueueHabits } from './queue-habits.ts';

/** One claim waits this long: a message that was there a moment ago is there, or is another agent's by now. */
const CLAIM_SECONDS = 1;

export type JobAheadOptions = PrefetchOptions & Pick<QueueHabits, 'lookAgainMs'>;

export interface JobAheadDeps {
  readonly claimer: Pick<JobClaimer, 'claim'>;
  readonly outlook: Pick<PoolOutlook, 'look'>;
  readonly returns: Pick<JobReturns, 'release'>;
  /** Told of the job as soon as it is held. */
  readonly prepare?: (job: ClaimedJob) => void;
  readonly log: Logger;
  readonly nowMs: () => number;
}

/** The one job that an agent may claim while it still proves another, by the rule of {@link mayPrefetch}. */
export class JobAhead {
  readonly #options: JobAheadOptions | false;
  readonly #dependencies: JobAheadDeps;
  #stop = new AbortController();
  #claiming: Promise<ClaimedJob | undefined> = Promise.resolve(undefined);

  constructor(options: JobAheadOptions | false, dependencies: JobAheadDeps) {
    this.#options = options;
    this.#dependencies = dependencies;
  }

  /** Begins to look, for as long as a proof runs that is expected to take `expectedMs`. */
  begin(expectedMs: number | undefined): void {
    if (this.#options === false || expectedMs === undefined) return;
    this.#stop = new AbortController();
    const endsAtMs = this.#dependencies.nowMs() + expectedMs;
    this.#claiming = this.#claimInTime(endsAtMs, this.#options, this.#stop.signal).catch((error: unknown) => {
      this.#dependencies.log.warn({ err: error }, 'no job claimed ahead');
      return undefined;
    });
  }

  /** Stops looking. Answers the job, if there is one; it is the caller's now. */
  async take(): Promise<ClaimedJob | undefined> {
    this.#stop.abort('the proof is done');
    const claiming = this.#claiming;
    // Of two callers one gets it.
    this.#claiming = Promise.resolve(undefined);
    return await claiming;
  }

  async #claimInTime(endsAtMs: number, options: JobAheadOptions, signal: AbortSignal): Promise<ClaimedJob | undefined> {
    const { claimer, outlook, nowMs } = this.#dependencies;
    const leadMs = options.leadSeconds * 1000;
    await pause(endsAtMs - leadMs - nowMs(), signal);
    while (!signal.aborted) {
      if (mayPrefetch({ leftMs: endsAtMs - nowMs(), leadMs, ...(await outlook.look()) })) {
        const job = await claimer.claim({ waitSeconds: CLAIM_SECONDS, signal });
        if (job !== undefined) return this.#hold(job, options.holdSeconds, signal);
      }
      if (options.lookAgainMs === Infinity) return undefined;
      await pause(options.lookAgainMs, signal);
    }
    return undefined;
  }

  /** A proof that takes much longer than expected must not keep a job from agents that could have it. */
  async #hold(job: ClaimedJob, holdSeconds: number, signal: AbortSignal): Promise<ClaimedJob | undefined> {
    this.#dependencies.prepare?.(job);
    const lost = job.kept.lost;
    await pause(holdSeconds * 1000, AbortSignal.any([signal, lost]));
    if (signal.aborted && !lost.aborted) return job;
    await this.#dependencies.returns.release(job.record, job.kept, 'claimed ahead, and the proof before it goes on');
    return undefined;
  }
}
