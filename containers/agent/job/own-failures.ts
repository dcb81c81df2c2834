import type { Engine } from '../../../shared/engine/engine.ts';
import type { ProvingJobId } from '../../../shared/proving-job/proving-job-id.ts';
import type { PoolOutlook } from './prefetch-rule.ts';

/**
 * Other agents may be busy this long, and some may never take the job: their record does not name their circuits. Each
 * further failure of the job here adds as much again.
 */
const LEAVE_SECONDS = 300;
/** Longer than a proof window. */
const FORGET_SECONDS = 24 * 3600;

interface OwnFailure {
  /** Unix time of the last one, in milliseconds. */
  readonly atMs: number;
  readonly count: number;
}

export interface OwnFailuresDeps {
  readonly engine: Pick<Engine, 'jobs'>;
  readonly outlook: Pick<PoolOutlook, 'hasFreshAgentsFor'>;
  readonly nowMs: () => number;
}

/**
 * The jobs that failed on this agent, for whatever cause. It leaves them to agents that they have not failed on: a job's
 * budget counts agents, so the next failure here would teach nothing.
 */
export class OwnFailures {
  readonly #deps: OwnFailuresDeps;
  readonly #failures = new Map<ProvingJobId, OwnFailure>();

  constructor(deps: OwnFailuresDeps) {
    this.#deps = deps;
  }

  note(jobId: ProvingJobId): void {
    for (const [id, { atMs }] of this.#failures) {
      if (this.#deps.nowMs() - atMs > FORGET_SECONDS * 1000) this.#failures.delete(id);
    }
    const count = (this.#failures.get(jobId)?.count ?? 0) + 1;
    this.#failures.set(jobId, { atMs: this.#deps.nowMs(), count });
  }

  /** Whether another agent is there for the job that it has not failed on yet. */
  async areOthersAheadFor(jobId: ProvingJobId): Promise<boolean> {
    const own = this.#failures.get(jobId);
    if (own === undefined || this.#hasLeftLongEnough(own)) return false;
    const job = await this.#deps.engine.jobs.find(jobId);
    return job?.state === 'queued' && (await this.#deps.outlook.hasFreshAgentsFor(job));
  }

  #hasLeftLongEnough({ atMs, count }: OwnFailure): boolean {
    return this.#deps.nowMs() - atMs > count * LEAVE_SECONDS * 1000;
  }
}
