import { sendJobs, type SendDeps } from '../job-queue/send-jobs.ts';
import type { JobRecord } from '../ledger/job-ledger.ts';

/** Sends messages for jobs: those of one moment share a batch. */
export class JobSender {
  readonly #deps: SendDeps;
  #unsent: JobRecord[] = [];
  #nextBatch: Promise<void> | undefined;

  constructor(deps: SendDeps) {
    this.#deps = deps;
  }

  /** Resolves once the job's whole batch is sent. @throws what failed the batch; send the job again then. */
  async send(job: JobRecord): Promise<void> {
    this.#unsent.push(job);
    this.#nextBatch ??= this.#sendBatch();
    await this.#nextBatch;
  }

  async #sendBatch(): Promise<void> {
    await new Promise(setImmediate);
    const batch = this.#unsent;
    this.#unsent = [];
    this.#nextBatch = undefined;
    await sendJobs(batch, this.#deps);
  }
}
