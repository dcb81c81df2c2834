import { sendJobs, type SendDeps } from '../job-queue/send-jobs.ts';
import type { JobRecord } from '../ledger/job-ledger.ts';

/**
 * Sends messages for jobs, one batch at a time: the jobs that come while a batch is on its way share the next one, so the
 * busier it is the fewer requests a job costs.
 */
export class JobSender {
  readonly #deps: SendDeps;
  #unsent: JobRecord[] = [];
  #nextBatch: Promise<void> | undefined;
  #lastBatch: Promise<void> = Promise.resolve();

  constructor(deps: SendDeps) {
    this.#deps = deps;
  }

  /** Resolves once the job's whole batch is sent. @throws what failed the batch; send the job again then. */
  async send(job: JobRecord): Promise<void> {
    this.#unsent.push(job);
    if (this.#nextBatch === undefined) {
      this.#nextBatch = this.#sendBatchAfter(this.#lastBatch);
      this.#lastBatch = this.#nextBatch.catch(() => undefined);
    }
    await this.#nextBatch;
  }

  async #sendBatchAfter(lastBatch: Promise<void>): Promise<void> {
    await lastBatch;
    await new Promise(setImmediate);
    const batch = this.#unsent;
    this.#unsent = [];
    this.#nextBatch = undefined;
    await sendJobs(batch, this.#deps);
  }
}
