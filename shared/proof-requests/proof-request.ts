import type { Engine } from '../engine/engine.ts';
import type { JobRecord, OpenJob, RangeId } from '../ledger/job-ledger.ts';
import { warnOfIncident } from '../ledger/report-incident.ts';
import { ObjectConflictError, ObjectCorruptError, ObjectMissingError } from '../proof-store/errors.ts';
import { inputsKey, outputsKey, type StoredObject } from '../proof-store/proof-store.ts';
import { type CircuitName, circuitOf } from '../proving-job/circuit-catalogue.ts';
import { parseProvingJobId, type ProvingJobId, type Sha256, sha256Of } from '../proving-job/proving-job-id.ts';
import { keepTrying } from '../retry/keep-trying.ts';
import type { Turns } from '../retry/turns.ts';
import { errorText } from '../telemetry/error-text.ts';
import type { Logger } from '../telemetry/logger.ts';
import { redactUrl } from '../telemetry/redact-urls.ts';
import { InputsChangedError, JobRejectedError } from './errors.ts';
import type { JobSender } from './job-sender.ts';

/** Between tries while the store, the ledger or the queue is out of reach: thousands of requests fail together then. */
const BACKOFF = { firstMs: 100, longestMs: 10_000, jitter: 0.5 };

/** Proofs of one job that were stored whole but did not parse: the last of them counts as a rejection. */
const MAX_UNREADABLE_PROOFS = 3;

export interface WantedProof<T> {
  readonly circuit: CircuitName;
  /**
   * Serialises the inputs, to the same bytes at every call until the proof is here. Nobody keeps the bytes: the store has
   * them, and for the rare case that its copy is damaged they are made again from what the caller has anyway.
   */
  readonly inputs: () => Uint8Array;
  /** The circuit's number on the wire, for official agents. */
  readonly wireType?: number;
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
  readonly rangeId: RangeId;
  readonly networkVersion: string;
  readonly sender: JobSender;
  /** Every try of a step takes one, so that however many requests there are, few are under way. */
  readonly turns: Turns;
  /** Reads a proof that an official agent keeps in its own store, by its URI. @default refused */
  readonly readElsewhere?: ((uri: string) => Promise<Uint8Array>) | undefined;
  readonly log: Logger;
}

/**
 *     at-work ──step done──▶ waiting ──check──▶ at-work
 *        │  ▲
 *      news └──step done, and a check begins──┐
 *        └──────────────▶ at-work-with-news ──┘
 *     any of them ──proof, rejection or stop──▶ ended
 *
 * The first step asks for the job, every other checks it. One step runs at a time.
 */
type Mode = 'at-work' | 'at-work-with-news' | 'waiting' | 'ended';

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
  #mode: Mode = 'at-work';
  #isQuiet = false;
  #inputs: StoredObject | undefined;
  /** Attempts lost to `corrupt-inputs` since which the inputs have been stored again; `undefined` before the first record. */
  #repairedInputs: number | undefined;
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
    void this.#run('ask for', () => this.#ask());
  }

  /** Ends the request with `reason`; its job goes on. */
  stop(reason: Error): void {
    this.#end(() => this.#result.reject(reason));
  }

  /** Reads the job from the ledger and acts on it, at once or after the step that is under way. */
  check(): void {
    this.#isQuiet = false;
    if (this.#mode === 'waiting') void this.#run('check', () => this.#check());
    else if (this.#mode === 'at-work') this.#mode = 'at-work-with-news';
  }

  /**
   * Whether it has waited for news since the last call, and had none. Only then can a read of the open jobs that begins now
   * say more of it than is known here.
   */
  wasQuiet(): boolean {
    const wasQuiet = this.#mode === 'waiting' && this.#isQuiet;
    this.#isQuiet = true;
    return wasQuiet;
  }

  /** Checks a job that is no longer open, and one whose inputs an agent could not read. */
  reconcile(open: Pick<OpenJob, 'corruptInputs'> | undefined): void {
    if (this.#mode !== 'waiting') return;
    if (open === undefined || open.corruptInputs > (this.#repairedInputs ?? 0)) this.check();
  }

  async #run(what: string, step: () => Promise<void>): Promise<void> {
    this.#mode = 'at-work';
    await this.#untilDone(what, step);
    this.#finishStep();
  }

  #finishStep(): void {
    if (this.#mode === 'ended') return;
    const hasNews = this.#mode === 'at-work-with-news';
    this.#mode = 'waiting';
    this.#isQuiet = false;
    if (hasNews) this.check();
  }

  async #ask(): Promise<void> {
    const { engine, rangeId, networkVersion, sender } = this.#deps;
    const { circuit, children, wireType } = this.#wanted;
    this.#inputs ??= await this.#storeInputs();
    const { pool, lane } = circuitOf(circuit, networkVersion);
    const record = await engine.jobs.record({
      id: this.jobId,
      rangeId,
      circuit,
      pool,
      lane,
      networkVersion,
      inputs: this.#inputs,
      children: [...children],
      ...(wireType !== undefined && { wireType }),
    });
    this.#repairedInputs ??= record.attempts['corrupt-inputs'];
    if (record.state === 'queued') await sender.send(record);
    else await this.#act(record);
  }

  async #storeInputs(): Promise<StoredObject> {
    const { proofs } = this.#deps.engine;
    const key = inputsKey(this.#wanted.circuit, this.jobId);
    const inputs = this.#wanted.inputs();
    if (sha256Of(inputs) !== parseProvingJobId(this.jobId).inputsSha256) throw new InputsChangedError(this.jobId);
    try {
      return await proofs.put(key, inputs);
    } catch (error) {
      if (!(error instanceof ObjectConflictError)) throw error;
      // The key holds the digest of these very bytes, so what is there can only be damaged.
      const message = `stored inputs were damaged and have been stored again: ${error.message}`;
      await warnOfIncident(this.#deps, { kind: 'corrupt-object', subject: key, message });
      await proofs.quarantine(key, error.message, error.existingSha256);
      return await proofs.put(key, inputs);
    }
  }

  async #check(): Promise<void> {
    const job = await this.#deps.engine.jobs.find(this.jobId);
    if (job !== undefined) await this.#act(job);
  }

  async #act(job: JobRecord): Promise<void> {
    if (this.#mode === 'ended') return;
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
    let bytes: Uint8Array;
    try {
      bytes = await this.#readProof(job);
    } catch (error) {
      if (!(error instanceof ObjectCorruptError || error instanceof ObjectMissingError)) throw error;
      await this.#proveAgain(job, error.message, error instanceof ObjectCorruptError ? error.actualSha256 : undefined);
      return;
    }
    let proof: unknown;
    try {
      proof = this.#wanted.parse(bytes);
    } catch (error) {
      const reason = `its proof cannot be read: ${errorText(error)}`;
      this.#unreadableProofs += 1;
      if (this.#unreadableProofs >= MAX_UNREADABLE_PROOFS) throw new JobRejectedError(job.id, reason);
      await this.#proveAgain(job, reason, job.proof?.sha256);
      return;
    }
    this.#end(() => this.#result.resolve({ jobId: job.id, proof }));
  }

  async #readProof({ id, proof, proofUri }: JobRecord): Promise<Uint8Array> {
    if (proof !== undefined) return this.#deps.engine.proofs.get(proof);
    if (proofUri === undefined) throw new Error(`the ledger says that ${id} is proven but names no proof`);
    const { readElsewhere } = this.#deps;
    const where = `the agent that proved ${id} keeps its proof in its own store, at ${redactUrl(proofUri)}`;
    if (readElsewhere === undefined) throw new Error(`${where}, which cannot be read here`);
    try {
      return await readElsewhere(proofUri);
    } catch (error) {
      const advice = 'give this node access to it, or start agents without PROVER_PROOF_STORE';
      throw new Error(`${where}: ${errorText(error)}; ${advice}`, { cause: error });
    }
  }

  /**
   * The store has lost the proof: puts what is there aside and has the job proven once more. Another node may have done so
   * already: only the object and the settlement that were seen are undone, never a good proof that has replaced them.
   * @param damaged what the store holds in the proof's place; `undefined` when that is nothing
   */
  async #proveAgain(job: JobRecord, reason: string, damaged: Sha256 | undefined): Promise<void> {
    const { engine, sender } = this.#deps;
    const key = outputsKey(this.#wanted.circuit, this.jobId);
    const message = `the job is proven again: ${reason}`;
    await warnOfIncident(this.#deps, { kind: 'corrupt-object', subject: key, message });
    if (damaged !== undefined) await engine.proofs.quarantine(key, reason, damaged);
    await engine.jobs.reopen(job, reason);
    await this.#storeInputs();
    await sender.send(job);
  }

  async #repairInputs(job: JobRecord): Promise<void> {
    const losses = job.attempts['corrupt-inputs'];
    if (losses <= (this.#repairedInputs ?? 0)) return;
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
      await keepTrying(() => this.#takeTurn(step), {
        signal: this.#ended.signal,
        backoff: BACKOFF,
        isFinal: (error) => error instanceof JobRejectedError || error instanceof InputsChangedError,
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

  /** Pauses between tries are outside: a request that waits for an outage to end holds nobody up. */
  async #takeTurn(step: () => Promise<void>): Promise<void> {
    await this.#deps.turns.take(async () => {
      if (this.#mode !== 'ended') await step();
    });
  }
}
