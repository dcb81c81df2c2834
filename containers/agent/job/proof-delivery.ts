import type { Engine } from '../../../shared/engine/engine.ts';
import type { JobRecord } from '../../../shared/ledger/job-ledger.ts';
import { reportIncident } from '../../../shared/ledger/report-incident.ts';
import { ObjectConflictError, ObjectCorruptError } from '../../../shared/proof-store/errors.ts';
import { outputsKey, type StoredObject } from '../../../shared/proof-store/proof-store.ts';
import type { CircuitName } from '../../../shared/proving-job/circuit-catalogue.ts';
import { keepTrying } from '../../../shared/retry/keep-trying.ts';
import { untilAborted } from '../../../shared/retry/until-aborted.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import { ProvingAttemptError } from '../errors.ts';
import type { FreshProof } from '../prover/prover-process.ts';
import { errorText } from '../../../shared/telemetry/error-text.ts';
import type { HeldJob } from './held-job.ts';

export interface ProofDeliveryDeps {
  readonly engine: Pick<Engine, 'proofs' | 'incidents'>;
  /** Says why bytes are not a stored proof of a circuit; `undefined` when they are one. */
  readonly checkProof: (circuit: CircuitName, proof: Uint8Array) => Promise<string | undefined>;
  readonly log: Logger;
}

/** Stores a fresh proof and marks its job proven. Transient failures are tried again. */
export class ProofDelivery {
  readonly #leaseMs: number;
  readonly #deps: ProofDeliveryDeps;

  constructor(leaseSeconds: number, deps: ProofDeliveryDeps) {
    this.#leaseMs = leaseSeconds * 1000;
    this.#deps = deps;
  }

  /**
   * Delivers the proof, or gives the job back. A lost lease alone is no reason to throw a proof away: the ledger takes the
   * first proof, so this one is offered for one more lease.
   * @param stop gives up when it aborts, whatever is under way
   * @returns whether the job is proven by this agent
   */
  async deliver(job: HeldJob, { proof, provingMs }: FreshProof, stop: AbortSignal): Promise<boolean> {
    const giveUp = new AbortController();
    const { signal } = giveUp;
    const onStop = (): void => giveUp.abort(stop.reason);
    let timer: NodeJS.Timeout | undefined;
    const onLost = (): void => {
      timer = setTimeout(() => giveUp.abort(job.lost.reason), this.#leaseMs);
    };
    if (stop.aborted) onStop();
    else stop.addEventListener('abort', onStop, { once: true });
    if (job.lost.aborted) onLost();
    else job.lost.addEventListener('abort', onLost, { once: true });
    try {
      return await job.markProven(await this.#store(job.record, proof, signal), provingMs, signal);
    } catch (error) {
      await this.#giveUp(job, error);
      return false;
    } finally {
      clearTimeout(timer);
      stop.removeEventListener('abort', onStop);
      job.lost.removeEventListener('abort', onLost);
    }
  }

  async #giveUp(job: HeldJob, error: unknown): Promise<void> {
    const { id, circuit } = job.record;
    const message = errorText(error);
    if (error instanceof ProvingAttemptError) {
      await job.fail(error.attemptCause, message);
      await reportIncident(this.#deps, { kind: 'corrupt-object', subject: outputsKey(circuit, id), message });
    } else {
      this.#deps.log.error({ err: error, jobId: id }, 'proof not delivered: the job will be proven again');
      await job.release(`its proof could not be delivered: ${message}`);
    }
  }

  /** @throws {ProvingAttemptError} if the key holds something else than a proof of the circuit. */
  #store({ id, circuit }: JobRecord, proof: Uint8Array, signal: AbortSignal): Promise<StoredObject> {
    const { engine, log } = this.#deps;
    const key = outputsKey(circuit, id);
    const putOrAdopt = async (): Promise<StoredObject> => {
      try {
        return await engine.proofs.put(key, proof);
      } catch (error) {
        if (!(error instanceof ObjectConflictError)) throw error;
        return this.#adopt(circuit, { key, sha256: error.existingSha256, sizeBytes: error.existingSizeBytes });
      }
    };
    return keepTrying(() => untilAborted(putOrAdopt(), signal), {
      signal,
      isFinal: (error) => error instanceof ProvingAttemptError,
      onError: (error) => log.warn({ err: error, jobId: id }, 'proof not stored yet'),
    });
  }

  /** Proofs of the same inputs may differ. If another agent was first, its proof is as good as ours, once it is checked. */
  async #adopt(circuit: CircuitName, existing: StoredObject): Promise<StoredObject> {
    const { engine, checkProof } = this.#deps;
    let problem: string | undefined;
    try {
      problem = await checkProof(circuit, await engine.proofs.get(existing));
    } catch (error) {
      if (!(error instanceof ObjectCorruptError)) throw error;
      problem = error.message;
    }
    if (problem === undefined) return existing;
    throw new ProvingAttemptError('failure', `${existing.key} does not hold a valid proof of ${circuit}: ${problem}`);
  }
}
