import type { Engine } from '../engine/engine.ts';
import type { JobRecord, OpenJob, RangeId } from '../ledger/job-ledger.ts';
import { ObjectConflictError, ObjectCorruptError, ObjectMissingError } from '../proof-store/errors.ts';
import { inputsKey, outputsKey, type ProofKey, type StoredObject } from '../proof-store/proof-store.ts';
import { CIRCUIT_CATALOGUE, type CircuitName } from '../proving-job/circuit-catalogue.ts';
import type { EpochNumber, ProvingJobId } from '../proving-job/proving-job-id.ts';
import { keepTrying } from '../retry/keep-trying.ts';
import { errorText } from '../telemetry/error-text.ts';
import type { Logger } from '../telemetry/logger.ts';
import { JobRejectedError } from './errors.ts';
import type { JobSender } from './job-sender.ts';

/** Between tries while the store, the ledger or the queue is out of reach. */
const BACKOFF = { firstMs: 100, longestMs: 10_000 };

/** Proofs of one job that were stored whole but did not parse: the last of them counts as a rejection. */
const MAX_UNREADABLE_PROOFS = 3;

export interface WantedProof<T> {
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

export interface ProofRequestDeps {
  readonly engine: Pick<Engine, 'jobs' | 'proofs' | 'incidents'>;
  readonly epoch: EpochNumber;
  readonly rangeId: RangeId;
  readonly networkVersion: string;
  readonly sender: JobSender;
  readonly log: Logger;
}

/**
 *     waiting ──check──▶ checking ──check──▶ check-again
 *        ▲                  │  ▲                  │
 *        └── job still open ┘  └── one check done ┘
 *     any of them ──proof, rejection or stop──▶ ended
 *
 * A request that still asks for its job is `waiting` already: an agent may settle the job before its batch of messages is sent.
 */
type Mode = 'waiting' | 'checking' | 'check-again' | 'ended';

/**
 * The life of one request: inputs to the store, then the record, then the message; then a check of the ledger
 * whenever there is news, until the proof is here.
 *
 * It ends with its proof, with {@link JobRejectedError}, or when {@link stop} is called: never because of time or an
 * outage.
 */
export class ProofRequest {
  readonly jobId: ProvingJobId;
  readonly #wanted: WantedProof<unknown>;
  readonly #deps: ProofRequestDeps;
  readonly #result = Promise.withResolvers<Proven<unknown>>();
  readonly #ended = new AbortController();
  #mode: Mode = 'waiting';
  /** Attempts lost to `corrupt-inputs` since which the inputs have been stored again. */
  #repairedInputs = 0;
  #unreadableProofs = 0;

  constructor(jobId: ProvingJobId, wanted: WantedProof<unknown>, deps: ProofRequestDeps) {
    this.jobId = jobId;
    this.#wanted = wanted;
    this.#deps = deps;
  }

  get result(): Promise<Proven<unknown>> {
    return this.#result.promise;
  }

  start(): void {
    void this.#untilDone('ask for', () => this.#ask());
  }

  /** Ends the request with `reason`; its job goes on. */
  stop(reason: Error): void {
    this.#end(() => this.#result.reject(reason));
  }

  /** Reads the job from the ledger and acts on it; one such check runs at a time. */
  check(): void {
    if (this.#mode === 'waiting') void this.#runCheck();
    else if (this.#mode === 'checking') this.#mode = 'check-again';
  }

  /** Checks a job that is no longer open, and one whose inputs an agent could not read. */
  reconcile(open: Pick<OpenJob, 'corruptInputs'> | undefined): void {
    if (open === undefined || open.corruptInputs > this.#repairedInputs) this.check();
  }

  async #ask(): Promise<void> {
    const { engine, epoch, rangeId, networkVersion, sender } = this.#deps;
    const { circuit, children } = this.#wanted;
    const inputs = await this.#storeInputs();
    const { pool, lane } = CIRCUIT_CATALOGUE[circuit];
    const record = await engine.jobs.record({
      id: this.jobId,
      epoch,
      rangeId,
      circuit,
      pool,
      lane,
      networkVersion,
      inputs,
      children: [...children],
    });
    this.#repairedInputs = record.attempts['corrupt-inputs'];
    if (record.state === 'queued') await sender.send(record);
    else if (record.state !== 'leased') this.check();
  }

  async #storeInputs(): Promise<StoredObject> {
    const { proofs } = this.#deps.engine;
    const { circuit, inputs } = this.#wanted;
    const key = inputsKey(circuit, this.jobId);
    try {
      return await proofs.put(key, inputs);
    } catch (error) {
      if (!(error instanceof ObjectConflictError)) throw error;
      // The key holds the digest of these very bytes, so what is there can only be damaged.
      await this.#reportCorrupt(key, `stored inputs were damaged and have been stored again: ${error.message}`);
      await proofs.quarantine(key, error.message);
      return await proofs.put(key, inputs);
    }
  }

  async #runCheck(): Promise<void> {
    this.#mode = 'checking';
    await this.#untilDone('check', () => this.#actOnRecord());
    this.#finishCheck();
  }

  #finishCheck(): void {
    if (this.#mode === 'ended') return;
    const isDueAgain = this.#mode === 'check-again';
    this.#mode = 'waiting';
    if (isDueAgain) this.check();
  }

  async #actOnRecord(): Promise<void> {
    const job = await this.#deps.engine.jobs.find(this.jobId);
    if (job === undefined || this.#mode === 'ended') return;
    switch (job.state) {
      case 'proven':
        await this.#takeProof(job);
        return;
      case 'rejected':
        throw new JobRejectedError(job.id, job.reason ?? 'no reason recorded');
      case 'cancelled':
        // Another node over another range cancelled it while it is still wanted here.
        await this.#ask();
        return;
      case 'queued':
        await this.#repairInputs(job);
        return;
      case 'leased':
        return;
    }
  }

  async #takeProof(job: JobRecord): Promise<void> {
    if (job.proof === undefined) throw new Error(`the ledger says that ${job.id} is proven but names no proof`);
    let bytes: Uint8Array;
    try {
      bytes = await this.#deps.engine.proofs.get(job.proof);
    } catch (error) {
      if (!(error instanceof ObjectCorruptError || error instanceof ObjectMissingError)) throw error;
      await this.#proveAgain(job, error.message);
      return;
    }
    let proof: unknown;
    try {
      proof = this.#wanted.parse(bytes);
    } catch (error) {
      const reason = `its proof cannot be read: ${errorText(error)}`;
      this.#unreadableProofs += 1;
      if (this.#unreadableProofs >= MAX_UNREADABLE_PROOFS) throw new JobRejectedError(job.id, reason);
      await this.#proveAgain(job, reason);
      return;
    }
    this.#end(() => this.#result.resolve({ jobId: job.id, proof }));
  }

  /** The store has lost the proof: puts what is there aside and has the job proven once more. */
  async #proveAgain(job: JobRecord, reason: string): Promise<void> {
    const { engine, sender } = this.#deps;
    const key = outputsKey(this.#wanted.circuit, this.jobId);
    await this.#reportCorrupt(key, `the job is proven again: ${reason}`);
    await engine.proofs.quarantine(key, reason);
    await engine.jobs.reopen(this.jobId, reason);
    await this.#storeInputs();
    await sender.send(job);
  }

  /** An agent could not read the inputs: this process still has them. */
  async #repairInputs(job: JobRecord): Promise<void> {
    const losses = job.attempts['corrupt-inputs'];
    if (losses <= this.#repairedInputs) return;
    await this.#storeInputs();
    this.#repairedInputs = losses;
  }

  #end(settleResult: () => void): void {
    if (this.#mode === 'ended') return;
    this.#mode = 'ended';
    this.#ended.abort();
    settleResult();
  }

  /** Tries a step until it succeeds: a store or ledger that is out of reach for a while must not cost the epoch. */
  async #untilDone(what: string, step: () => Promise<void>): Promise<void> {
    try {
      await keepTrying(step, {
        signal: this.#ended.signal,
        backoff: BACKOFF,
        isFinal: (error) => error instanceof JobRejectedError,
        onError: (error, failures, pauseMs) => {
          // Every tenth is enough: an outage must not flood the log.
          if (failures % 10 !== 1) return;
          this.#deps.log.warn({ err: error, failures, pauseMs }, `could not ${what} ${this.jobId}, trying again`);
        },
      });
    } catch (error) {
      this.#end(() => this.#result.reject(error));
    }
  }

  async #reportCorrupt(subject: ProofKey, message: string): Promise<void> {
    const kind = 'corrupt-object';
    this.#deps.log.warn({ kind, subject }, message);
    await this.#deps.engine.incidents.report({ kind, subject, message });
  }
}
