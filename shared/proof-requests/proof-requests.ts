import type { Engine } from '../engine/engine.ts';
import type { RangeId } from '../ledger/job-ledger.ts';
import { type EpochNumber, makeProvingJobId, type ProvingJobId, sha256Of } from '../proving-job/proving-job-id.ts';
import type { Logger } from '../telemetry/logger.ts';
import { JobSender } from './job-sender.ts';
import { ProofRequest, type Proven, type WantedProof } from './proof-request.ts';

export interface ProofRequestsDeps {
  readonly engine: Pick<Engine, 'jobs' | 'queue' | 'proofs' | 'settlements' | 'incidents'>;
  readonly epoch: EpochNumber;
  readonly rangeId: RangeId;
  readonly networkVersion: string;
  /** How often outstanding requests are compared with the ledger, in case a notification was lost, in milliseconds. */
  readonly reconcileMs: number;
  readonly log: Logger;
}

/**
 * Asks the fleet for the proofs of one epoch. Each is a {@link ProofRequest}, which checks its job when a settlement is
 * reported, or when the ledger no longer has it among its open jobs.
 */
export class ProofRequests {
  readonly #deps: ProofRequestsDeps;
  readonly #sender: JobSender;
  readonly #outstanding = new Map<ProvingJobId, ProofRequest>();
  readonly #stopped = new AbortController();
  #unsubscribe: (() => void) | undefined;
  #reconciler: NodeJS.Timeout | undefined;
  #isReconciling = false;
  #failedReconciliations = 0;

  constructor(deps: ProofRequestsDeps) {
    this.#deps = deps;
    this.#sender = new JobSender(deps.engine);
  }

  start(): void {
    this.#unsubscribe = this.#deps.engine.settlements.subscribe(({ jobId }) => this.#outstanding.get(jobId)?.check());
    this.#reconciler = setInterval(() => void this.#reconcile(), this.#deps.reconcileMs);
  }

  /** Ends every outstanding request with `reason`. The jobs themselves go on: the fleet's work is kept. */
  stop(reason: Error): void {
    this.#unsubscribe?.();
    clearInterval(this.#reconciler);
    this.#stopped.abort(reason);
    for (const request of this.#outstanding.values()) request.stop(reason);
    this.#outstanding.clear();
  }

  /**
   * Gets a proof. The same inputs are one job, however often they are asked for.
   * @throws {JobRejectedError} when the fleet gave the job up.
   */
  async prove<T>(wanted: WantedProof<T>): Promise<Proven<T>> {
    this.#stopped.signal.throwIfAborted();
    const jobId = makeProvingJobId(this.#deps.epoch, wanted.circuit, sha256Of(wanted.inputs));
    const request = this.#outstanding.get(jobId) ?? this.#begin(jobId, wanted);
    return (await request.result) as Proven<T>;
  }

  #begin(jobId: ProvingJobId, wanted: WantedProof<unknown>): ProofRequest {
    const request = new ProofRequest(jobId, wanted, { ...this.#deps, sender: this.#sender });
    this.#outstanding.set(jobId, request);
    const forget = (): void => void this.#outstanding.delete(jobId);
    request.result.then(forget, forget);
    request.start();
    return request;
  }

  async #reconcile(): Promise<void> {
    if (this.#isReconciling || this.#outstanding.size === 0) return;
    this.#isReconciling = true;
    try {
      const jobs = await this.#deps.engine.jobs.openJobs(this.#deps.epoch);
      const open = new Map(jobs.map((job) => [job.id, job]));
      for (const request of this.#outstanding.values()) request.reconcile(open.get(request.jobId));
      this.#failedReconciliations = 0;
    } catch (error) {
      // Every tenth is enough: an outage must not flood the log.
      if (this.#failedReconciliations % 10 === 0)
        this.#deps.log.warn({ err: error }, 'could not compare the requests with the ledger, trying again');
      this.#failedReconciliations += 1;
    } finally {
      this.#isReconciling = false;
    }
  }
}
