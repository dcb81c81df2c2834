import type { Engine } from '../engine/engine.ts';
import type { RangeId } from '../ledger/job-ledger.ts';
import type { EpochId } from '../proving-job/epoch-id.ts';
import { makeProvingJobId, type ProvingJobId, sha256Of } from '../proving-job/proving-job-id.ts';
import { inPortions } from '../retry/in-portions.ts';
import { Turns } from '../retry/turns.ts';
import type { Logger } from '../telemetry/logger.ts';
import { JobSender } from './job-sender.ts';
import { ProofRequest, type Proven, type WantedProof } from './proof-request.ts';

/**
 * Steps of requests that are under way at a time, at the most: fewer than the sockets of one of AWS's clients, which the
 * rest of the process needs as well. A call that waited for a socket would use its time-outs up before it is sent.
 */
export const MOST_STEPS_AT_ONCE = 40;

/** Outstanding requests for each interval between two comparisons with the ledger. */
const REQUESTS_AN_INTERVAL = 5_000;
/** Requests that are compared before other work has its turn. */
const RECONCILED_AT_ONCE = 5_000;

/** Turns for all requests of a process. @param atOnce steps at a time, up to {@link MOST_STEPS_AT_ONCE} */
export function requestTurns(atOnce = MOST_STEPS_AT_ONCE): Turns {
  return new Turns(Math.min(atOnce, MOST_STEPS_AT_ONCE));
}

export interface ProofRequestsDeps {
  readonly engine: Pick<Engine, 'jobs' | 'queue' | 'proofs' | 'settlements' | 'incidents'>;
  readonly epochId: EpochId;
  readonly rangeId: RangeId;
  readonly networkVersion: string;
  /** How often outstanding requests are compared with the ledger, in case a notification was lost, in milliseconds. */
  readonly reconcileMs: number;
  /** Shared by all epochs of the process. @default {@link requestTurns} for these requests alone */
  readonly turns?: Turns;
  /** Reads a proof that an official agent keeps in its own store, by its URI. @default refused */
  readonly readElsewhere?: (uri: string) => Promise<Uint8Array>;
  readonly log: Logger;
}

/**
 * Asks the fleet for the proofs of one epoch. Each is a {@link ProofRequest}, which checks its job when a settlement is
 * reported, or when the ledger no longer has it among its open jobs.
 */
export class ProofRequests {
  readonly #deps: ProofRequestsDeps;
  readonly #sender: JobSender;
  readonly #turns: Turns;
  readonly #outstanding = new Map<ProvingJobId, ProofRequest>();
  readonly #stopped = new AbortController();
  #unsubscribe: (() => void) | undefined;
  #reconciler: NodeJS.Timeout | undefined;
  #isReconciling = false;
  /** Since the last comparison with the ledger began. */
  #intervals = 0;
  #failedReconciliations = 0;

  constructor(deps: ProofRequestsDeps) {
    this.#deps = deps;
    this.#sender = new JobSender(deps.engine);
    this.#turns = deps.turns ?? requestTurns();
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
   * @throws {InputsChangedError} when `wanted.inputs` no longer returns the same bytes.
   */
  async prove<T>(wanted: WantedProof<T>): Promise<Proven<T>> {
    this.#stopped.signal.throwIfAborted();
    const jobId = makeProvingJobId(this.#deps.epochId, wanted.circuit, sha256Of(wanted.inputs()));
    const request = this.#outstanding.get(jobId) ?? this.#begin(jobId, wanted);
    return (await request.result) as Proven<T>;
  }

  #begin(jobId: ProvingJobId, wanted: WantedProof<unknown>): ProofRequest {
    const request = new ProofRequest(jobId, wanted, { ...this.#deps, sender: this.#sender, turns: this.#turns });
    this.#outstanding.set(jobId, request);
    const forget = (): void => void this.#outstanding.delete(jobId);
    request.result.then(forget, forget);
    request.start();
    return request;
  }

  /**
   * Leaves out requests that have not waited for a whole interval: the ledger may not list their jobs as open yet. With many
   * requests the interval is longer, since each comparison reads all open jobs and a settlement is rarely lost.
   */
  async #reconcile(): Promise<void> {
    this.#intervals += 1;
    if (this.#isReconciling || this.#intervals * REQUESTS_AN_INTERVAL < this.#outstanding.size) return;
    this.#intervals = 0;
    const quiet = [...this.#outstanding.values()].filter((request) => request.wasQuiet());
    if (quiet.length === 0) return;
    this.#isReconciling = true;
    try {
      const jobs = await this.#deps.engine.jobs.openJobs(this.#deps.epochId);
      const open = new Map(jobs.map((job) => [job.id, job]));
      for await (const portion of inPortions(quiet, RECONCILED_AT_ONCE)) {
        for (const request of portion) request.reconcile(open.get(request.jobId));
      }
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
