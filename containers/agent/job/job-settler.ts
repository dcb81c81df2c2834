import type { Engine } from '../../../shared/engine/engine.ts';
import type { AgentId, JobRecord } from '../../../shared/ledger/job-ledger.ts';
import { ObjectConflictError, ObjectCorruptError } from '../../../shared/proof-store/errors.ts';
import { outputsKey, type StoredObject } from '../../../shared/proof-store/proof-store.ts';
import type { CircuitName } from '../../../shared/proving-job/circuit-catalogue.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import type { ClaimedJob } from './claimed-job.ts';
import { ProvingAttemptError } from '../errors.ts';
import type { JobReturns } from './job-returns.ts';
import { keepTrying } from '../../../shared/retry/keep-trying.ts';
import type { FreshProof } from '../prover/prover-process.ts';

export interface JobSettlerDeps {
  readonly engine: Pick<Engine, 'jobs' | 'queue' | 'proofs'>;
  readonly returns: JobReturns;
  /** Says why bytes are not a stored proof of a circuit; `undefined` when they are one. */
  readonly checkProof: (circuit: CircuitName, proof: Uint8Array) => Promise<string | undefined>;
  readonly log: Logger;
}

/** Brings a proof home: store it, settle the job, complete the message. What fails for a moment is tried again. */
export class JobSettler {
  readonly #agentId: AgentId;
  readonly #leaseSeconds: number;
  readonly #dependencies: JobSettlerDeps;

  constructor(agentId: AgentId, leaseSeconds: number, dependencies: JobSettlerDeps) {
    this.#agentId = agentId;
    this.#leaseSeconds = leaseSeconds;
    this.#dependencies = dependencies;
  }

  /**
   * Answers whether the job is proven by us. A lost lease alone is no reason to throw a proof away: it is offered for
   * one lease longer, and the ledger takes the first.
   * @param stop gives up when it aborts
   */
  async settle(job: ClaimedJob, fresh: FreshProof, stop: AbortSignal): Promise<boolean> {
    const { returns, log } = this.#dependencies;
    const giveUp = new AbortController();
    const { signal } = giveUp;
    const onStop = (): void => giveUp.abort();
    let timer: NodeJS.Timeout | undefined;
    const onLost = (): void => {
      timer = setTimeout(() => giveUp.abort(), this.#leaseSeconds * 1000);
    };
    if (stop.aborted) onStop();
    else stop.addEventListener('abort', onStop, { once: true });
    if (job.kept.lost.aborted) onLost();
    else job.kept.lost.addEventListener('abort', onLost, { once: true });
    try {
      const proof = await this.#store(job.record, fresh.proof, signal);
      return await this.#report(job, proof, fresh.provingMs, signal);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (error instanceof ProvingAttemptError) {
        await returns.note('corrupt-object', outputsKey(job.record.circuit, job.record.id), message);
        await returns.fail(job.record, job.kept, error.attemptCause, message);
      } else {
        log.error({ err: error, jobId: job.record.id }, 'proof not settled: the job will be proven again');
        await returns.release(job.record, job.kept, `its proof could not be settled: ${message}`);
      }
      return false;
    } finally {
      clearTimeout(timer);
      stop.removeEventListener('abort', onStop);
      job.kept.lost.removeEventListener('abort', onLost);
      await job.kept.drop();
    }
  }

  /** @throws {ProvingAttemptError} if the key holds something that is no proof of the circuit. */
  #store(record: JobRecord, proof: Uint8Array, signal: AbortSignal): Promise<StoredObject> {
    const { engine, log } = this.#dependencies;
    const key = outputsKey(record.circuit, record.id);
    const putOrAdopt = async (): Promise<StoredObject> => {
      try {
        return await engine.proofs.put(key, proof);
      } catch (error) {
        if (!(error instanceof ObjectConflictError)) throw error;
        return this.#adopt(record.circuit, { key, sha256: error.existingSha256, sizeBytes: error.existingSizeBytes });
      }
    };
    return keepTrying(putOrAdopt, {
      signal,
      isFinal: (error) => error instanceof ProvingAttemptError,
      onError: (error) => log.warn({ err: error, jobId: record.id }, 'proof not stored yet'),
    });
  }

  /** Proofs of the same inputs may differ: another agent was first, and if its proof is one, it is as good as ours. */
  async #adopt(circuit: CircuitName, existing: StoredObject): Promise<StoredObject> {
    const { engine, checkProof } = this.#dependencies;
    let problem: string | undefined;
    try {
      problem = await checkProof(circuit, await engine.proofs.get(existing));
    } catch (error) {
      if (!(error instanceof ObjectCorruptError)) throw error;
      problem = error.message;
    }
    if (problem === undefined) return existing;
    throw new ProvingAttemptError(
      'failure',
      `${existing.key} holds something that is no proof of ${circuit}: ${problem}`,
    );
  }

  async #report(
    { record, kept, claimedAtMs }: ClaimedJob,
    proof: StoredObject,
    provingMs: number,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { engine, returns, log } = this.#dependencies;
    const fields = { jobId: record.id, circuit: record.circuit, provingMs: Math.round(provingMs) };
    const onError = (error: unknown): void => log.warn({ err: error, ...fields }, 'proof not settled yet');
    const report = { jobId: record.id, agentId: this.#agentId, proof, provingMs, claimedAtMs };
    const outcome = await keepTrying(() => engine.jobs.markProven(report), { signal, onError });
    // Settled is settled: a message that stays is completed by the next agent to see it.
    await engine.queue.complete(kept.leases.queueLease).catch(onError);
    if (outcome === 'proven') {
      log.info(fields, 'job proven');
      return true;
    }
    log.debug(fields, 'proof came late');
    await returns.note(
      'late-proof',
      record.id,
      `agent ${this.#agentId} proved it after it was settled; nothing is lost`,
    );
    return false;
  }
}
