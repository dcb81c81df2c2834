import { setTimeout as sleep } from 'node:timers/promises';

import type { Engine } from '../engine/engine.ts';
import type { JobRecord, RangeId } from '../ledger/job-ledger.ts';
import type { Settlement } from '../ledger/settlement-feed.ts';
import { sendJobs } from '../job-queue/send-jobs.ts';
import { ObjectConflictError, ObjectCorruptError, ObjectMissingError } from '../proof-store/errors.ts';
import { inputsKey, outputsKey, type StoredObject } from '../proof-store/proof-store.ts';
import { CIRCUIT_CATALOGUE, type CircuitName } from '../proving-job/circuit-catalogue.ts';
import { type EpochNumber, makeProvingJobId, type ProvingJobId, sha256Of } from '../proving-job/proving-job-id.ts';
import type { Logger } from '../telemetry/logger.ts';
import { JobRejectedError } from './errors.ts';

/** How often a request whose store or ledger is out of reach is tried again, at most, in milliseconds. */
const MAX_RETRY_DELAY_MS = 10_000;

/** Times a proof that was stored whole but does not parse is asked for again before the job counts as rejected. */
const MAX_UNREADABLE_PROOFS = 3;

export interface ProofRequestsDeps {
  readonly engine: Pick<Engine, 'jobs' | 'queue' | 'proofs' | 'settlements' | 'incidents'>;
  readonly epoch: EpochNumber;
  readonly rangeId: RangeId;
  readonly networkVersion: string;
  /** How often outstanding requests are compared with the ledger, in case a notification was lost, in milliseconds. */
  readonly reconcileMs: number;
  readonly log: Logger;
}

export interface ProofRequest<T> {
  readonly circuit: CircuitName;
  readonly inputs: Uint8Array;
  /** The jobs whose proofs the inputs hold. */
  readonly children: readonly ProvingJobId[];
  /** Reads a proof back from its stored bytes. @throws when they are not a proof of this circuit. */
  readonly parse: (proof: Uint8Array) => T;
}

export interface Proven<T> {
  readonly jobId: ProvingJobId;
  readonly proof: T;
}

interface Outstanding {
  readonly jobId: ProvingJobId;
  readonly request: ProofRequest<unknown>;
  readonly result: PromiseWithResolvers<Proven<unknown>>;
  /** Losses to `corrupt-inputs` that have been answered by storing the inputs again. */
  repairedInputs: number;
  unreadableProofs: number;
  /** A look at the ledger is under way; a settlement that arrives meanwhile asks for another. */
  checking: boolean;
  checkAgain: boolean;
}

/**
 * Asks the fleet for the proofs of one epoch: inputs to the store, then the record, then the message; resolves when
 * the ledger says that the job is proven.
 *
 * Nothing here gives up because of time, a lost notification or a storage hiccup: a request ends with its proof, with
 * {@link JobRejectedError}, or when {@link stop} is called.
 */
export class ProofRequests {
  readonly #deps: ProofRequestsDeps;
  readonly #outstanding = new Map<ProvingJobId, Outstanding>();
  readonly #stopped = new AbortController();
  #unsubscribe: (() => void) | undefined;
  #reconciler: NodeJS.Timeout | undefined;
  #isReconciling = false;
  #failedReconciliations = 0;
  #unsent: JobRecord[] = [];
  #sending: Promise<void> | undefined;

  constructor(deps: ProofRequestsDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#unsubscribe = this.#deps.engine.settlements.subscribe((settlement) => {
      this.#onSettled(settlement);
    });
    this.#reconciler = setInterval(() => void this.#reconcile(), this.#deps.reconcileMs);
  }

  /** Ends every outstanding request with `reason`. The jobs themselves go on: the fleet's work is kept. */
  stop(reason: Error): void {
    this.#unsubscribe?.();
    clearInterval(this.#reconciler);
    this.#stopped.abort(reason);
    for (const { result } of this.#outstanding.values()) result.reject(reason);
    this.#outstanding.clear();
  }

  /** Gets a proof. The same inputs are one job, however often they are asked for. */
  async prove<T>(request: ProofRequest<T>): Promise<Proven<T>> {
    this.#stopped.signal.throwIfAborted();
    const jobId = makeProvingJobId(this.#deps.epoch, request.circuit, sha256Of(request.inputs));
    const known = this.#outstanding.get(jobId);
    if (known !== undefined) return known.result.promise as Promise<Proven<T>>;

    const result = Promise.withResolvers<Proven<unknown>>();
    const outstanding: Outstanding = {
      jobId,
      request,
      result,
      repairedInputs: 0,
      unreadableProofs: 0,
      checking: false,
      checkAgain: false,
    };
    this.#outstanding.set(jobId, outstanding);
    void this.#untilDone(`ask for ${jobId}`, () => this.#ask(outstanding)).catch((error: unknown) => {
      this.#finish(outstanding, () => {
        result.reject(error);
      });
    });
    return result.promise as Promise<Proven<T>>;
  }

  /** Jobs that have been asked for and are not settled. */
  get outstandingCount(): number {
    return this.#outstanding.size;
  }

  async #ask(outstanding: Outstanding): Promise<void> {
    const { jobs } = this.#deps.engine;
    const { circuit, children } = outstanding.request;
    const inputs = await this.#storeInputs(outstanding);
    const record = await jobs.record({
      id: outstanding.jobId,
      epoch: this.#deps.epoch,
      rangeId: this.#deps.rangeId,
      circuit,
      pool: CIRCUIT_CATALOGUE[circuit].pool,
      lane: CIRCUIT_CATALOGUE[circuit].lane,
      networkVersion: this.#deps.networkVersion,
      inputs,
      children: [...children],
    });
    outstanding.repairedInputs = record.attempts['corrupt-inputs'];
    if (record.state === 'queued') await this.#send(record);
    else if (record.state !== 'leased') this.#check(outstanding);
  }

  async #storeInputs(outstanding: Outstanding): Promise<StoredObject> {
    const { proofs } = this.#deps.engine;
    const key = inputsKey(outstanding.request.circuit, outstanding.jobId);
    try {
      return await proofs.put(key, outstanding.request.inputs);
    } catch (error) {
      if (!(error instanceof ObjectConflictError)) throw error;
      // The key holds the digest of these very bytes, so what is there can only be damaged.
      await this.#incident(
        'corrupt-object',
        key,
        `stored inputs were damaged and have been stored again: ${error.message}`,
      );
      await proofs.quarantine(key, error.message);
      return await proofs.put(key, outstanding.request.inputs);
    }
  }

  /** Sends the job's message. Requests of one moment share a batch; the answer comes when theirs is sent. */
  async #send(job: JobRecord): Promise<void> {
    this.#unsent.push(job);
    this.#sending ??= this.#sendBatch();
    await this.#sending;
  }

  async #sendBatch(): Promise<void> {
    await new Promise(setImmediate);
    const batch = this.#unsent;
    this.#unsent = [];
    this.#sending = undefined;
    await sendJobs(batch, this.#deps.engine);
  }

  #onSettled(settlement: Settlement): void {
    const outstanding = this.#outstanding.get(settlement.jobId);
    if (outstanding !== undefined) this.#check(outstanding);
  }

  /** Looks up what the ledger no longer has among its open jobs, and jobs whose inputs an agent could not read. */
  async #reconcile(): Promise<void> {
    if (this.#isReconciling || this.#outstanding.size === 0) return;
    this.#isReconciling = true;
    try {
      const open = await this.#deps.engine.jobs.openJobs(this.#deps.epoch);
      const corruptInputs = new Map(open.map((job) => [job.id, job.corruptInputs]));
      for (const outstanding of this.#outstanding.values()) {
        const losses = corruptInputs.get(outstanding.jobId);
        if (losses === undefined || losses > outstanding.repairedInputs) this.#check(outstanding);
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

  /** Looks the job up and acts on what the ledger says; one look at a time for each job. */
  #check(outstanding: Outstanding): void {
    if (outstanding.checking) {
      outstanding.checkAgain = true;
      return;
    }
    outstanding.checking = true;
    void this.#untilDone(`look up ${outstanding.jobId}`, () => this.#act(outstanding))
      .catch((error: unknown) => {
        this.#finish(outstanding, () => {
          outstanding.result.reject(error);
        });
      })
      .finally(() => {
        outstanding.checking = false;
        if (!outstanding.checkAgain) return;
        outstanding.checkAgain = false;
        if (this.#outstanding.has(outstanding.jobId)) this.#check(outstanding);
      });
  }

  async #act(outstanding: Outstanding): Promise<void> {
    const job = await this.#deps.engine.jobs.find(outstanding.jobId);
    if (job === undefined || this.#outstanding.get(outstanding.jobId) !== outstanding) return;
    switch (job.state) {
      case 'proven':
        await this.#takeProof(outstanding, job);
        return;
      case 'rejected':
        throw new JobRejectedError(job.id, job.reason ?? 'no reason recorded');
      case 'cancelled':
        // Somebody cancelled it while we still want it (another node over another range): ask for it again.
        await this.#ask(outstanding);
        return;
      case 'queued':
        await this.#repairInputs(outstanding, job);
        return;
      case 'leased':
        return;
    }
  }

  async #takeProof(outstanding: Outstanding, job: JobRecord): Promise<void> {
    if (job.proof === undefined) throw new Error(`the ledger says that ${job.id} is proven but names no proof`);
    let bytes: Uint8Array;
    try {
      bytes = await this.#deps.engine.proofs.get(job.proof);
    } catch (error) {
      if (error instanceof ObjectCorruptError || error instanceof ObjectMissingError) {
        await this.#proveAgain(outstanding, job, error.message);
        return;
      }
      throw error;
    }
    let proof: unknown;
    try {
      proof = outstanding.request.parse(bytes);
    } catch (error) {
      const reason = `its proof cannot be read: ${error instanceof Error ? error.message : String(error)}`;
      outstanding.unreadableProofs += 1;
      if (outstanding.unreadableProofs >= MAX_UNREADABLE_PROOFS) throw new JobRejectedError(job.id, reason);
      await this.#proveAgain(outstanding, job, reason);
      return;
    }
    this.#finish(outstanding, () => {
      outstanding.result.resolve({ jobId: job.id, proof });
    });
  }

  /** The store has lost a proof: puts what is there aside and has the job proven once more. */
  async #proveAgain(outstanding: Outstanding, job: JobRecord, reason: string): Promise<void> {
    const key = outputsKey(outstanding.request.circuit, outstanding.jobId);
    await this.#incident('corrupt-object', key, `the job is proven again: ${reason}`);
    await this.#deps.engine.proofs.quarantine(key, reason);
    await this.#deps.engine.jobs.reopen(outstanding.jobId, reason);
    await this.#storeInputs(outstanding);
    await this.#send(job);
  }

  /** An agent could not read the inputs: this process still has them. */
  async #repairInputs(outstanding: Outstanding, job: JobRecord): Promise<void> {
    const losses = job.attempts['corrupt-inputs'];
    if (losses <= outstanding.repairedInputs) return;
    await this.#storeInputs(outstanding);
    outstanding.repairedInputs = losses;
  }

  #finish(outstanding: Outstanding, settle: () => void): void {
    if (this.#outstanding.get(outstanding.jobId) === outstanding) this.#outstanding.delete(outstanding.jobId);
    settle();
  }

  /** Runs a step until it succeeds: a store or ledger that is away for a while must not cost the epoch. */
  async #untilDone(what: string, step: () => Promise<void>): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      if (this.#isStopped()) return;
      try {
        await step();
        return;
      } catch (error) {
        if (error instanceof JobRejectedError) throw error;
        if (this.#isStopped()) return;
        const delayMs = Math.min(100 * 2 ** attempt, MAX_RETRY_DELAY_MS);
        // Every tenth is enough: an outage must not flood the log.
        if (attempt % 10 === 0)
          this.#deps.log.warn({ err: error, attempt, delayMs }, `could not ${what}, trying again`);
        await sleep(delayMs, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
      }
    }
  }

  #isStopped(): boolean {
    return this.#stopped.signal.aborted;
  }

  async #incident(kind: 'corrupt-object', subject: string, message: string): Promise<void> {
    this.#deps.log.warn({ kind, subject }, message);
    await this.#deps.engine.incidents.report({ kind, subject, message });
  }
}
