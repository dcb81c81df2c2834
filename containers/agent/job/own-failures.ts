import type { Engine } from '../../../shared/engine/engine.ts';
import type { ProvingJobId } from '../../../shared/proving-job/proving-job-id.ts';
import type { PoolOutlook } from './prefetch-rule.ts';

/** Other agents may be busy this long, and some may never take the job: their record does not name their circuits. */
const LEAVE_SECONDS = 300;

export interface OwnFailuresDeps {
  readonly engine: Pick<Engine, 'jobs'>;
  readonly outlook: Pick<PoolOutlook, 'countOthersFor'>;
  readonly nowMs: () => number;
}

/**
 * The jobs that failed on this agent. It leaves them to agents that have not tried them: a job's budget of failures is to
 * be spent by several machines, so that no single bad one rejects it.
 */
export class OwnFailures {
  readonly #deps: OwnFailuresDeps;
  readonly #failures = new Map<ProvingJobId, { readonly atMs: number; readonly count: number }>();

  constructor(deps: OwnFailuresDeps) {
    this.#deps = deps;
  }

  note(jobId: ProvingJobId): void {
    for (const [id, { atMs }] of this.#failures) if (this.#isOver(atMs)) this.#failures.delete(id);
    const count = (this.#failures.get(jobId)?.count ?? 0) + 1;
    this.#failures.set(jobId, { atMs: this.#deps.nowMs(), count });
  }

  /** Whether another agent is there for the job that has not failed it yet. */
  async areOthersAheadFor(jobId: ProvingJobId): Promise<boolean> {
    const own = this.#failures.get(jobId);
    if (own === undefined || this.#isOver(own.atMs)) return false;
    const job = await this.#deps.engine.jobs.find(jobId);
    if (job?.state !== 'queued') return false;
    const failuresElsewhere = Math.max(0, job.attempts.failure - own.count);
    return (await this.#deps.outlook.countOthersFor(job)) > failuresElsewhere;
  }

  #isOver(failedAtMs: number): boolean {
    return this.#deps.nowMs() - failedAtMs > LEAVE_SECONDS * 1000;
  }
}
