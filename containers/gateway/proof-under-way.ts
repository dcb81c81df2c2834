import { parseProvingJobId, type ProvingJobId } from '../../shared/proving-job/proving-job-id.ts';
import { ProofTimes } from '../agent/job/proof-times.ts';

/** The proof that the agent makes, and how long it may still take. */
export class ProofUnderWay {
  readonly #nowMs: () => number;
  readonly #times = new ProofTimes();
  #current: { readonly jobId: ProvingJobId; readonly sinceMs: number } | undefined;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  began(jobId: ProvingJobId): void {
    this.#current = { jobId, sinceMs: this.#nowMs() };
  }

  /** Learns how long the next proof of the circuit takes. */
  proven(jobId: ProvingJobId): void {
    if (this.#current?.jobId !== jobId) return;
    this.#times.add(parseProvingJobId(jobId).circuit, this.#nowMs() - this.#current.sinceMs);
    this.#current = undefined;
  }

  /** When the job's proof is expected to be done; `undefined` when no proof of its circuit was made here. */
  expectedEndMs(jobId: ProvingJobId): number | undefined {
    const expectedMs = this.#times.expectedMs(parseProvingJobId(jobId).circuit);
    return this.#current?.jobId !== jobId || expectedMs === undefined ? undefined : this.#current.sinceMs + expectedMs;
  }
}
