import type { QueueLease } from '../../shared/job-queue/job-queue.ts';
import { isLostObject } from '../../shared/proof-store/errors.ts';
import type { CircuitName } from '../../shared/proving-job/circuit-catalogue.ts';
import type { AgentId } from '../../shared/ledger/job-ledger.ts';
import type { AgentSlot } from './agent-slot.ts';
import type { BrokerDeps } from './broker-deps.ts';
import type { CircuitTypes } from './circuit-types.ts';
import type { InputsUri, StoredPayloads } from './stored-payloads.ts';

/** The search begins this long before the agent is expected to be free: longer than a claim and a read of the store take. */
const LEAD_MS = 1_000;
/** Others may wait for the job: a proof that takes longer than the last one of its circuit does not keep it from them for long. */
export const KEEP_MS = 2_000;
/** The bytes of all inputs that are kept. */
const MOST_BYTES = 16 * 2 ** 20;

/** A message that was claimed for an agent that will be free soon, with the job's inputs. The ledger knows nothing of it. */
export interface JobAhead {
  readonly message: QueueLease;
  readonly type: number;
  readonly inputsUri: InputsUri;
}

interface KeptJob extends JobAhead {
  readonly sizeBytes: number;
  /** Gives the job back when its time is over. */
  readonly timer: NodeJS.Timeout;
}

/** A proof under way. */
interface Proof {
  readonly circuit: CircuitName;
  /** On the clock of `performance.now()`. */
  readonly beganAtMs: number;
  readonly over: AbortController;
  /** Begins the search, and then ends it. */
  timer: NodeJS.Timeout | undefined;
}

export interface JobsAheadDeps extends Pick<BrokerDeps, 'engine' | 'log'> {
  readonly types: CircuitTypes;
  readonly payloads: StoredPayloads;
}

/**
 * Jobs for agents that are about to be free, so that the answer to a success brings the next one at once.
 *
 * What is kept is the message alone, for some seconds, and in memory: an agent that vanishes, or a broker that does, costs the job
 * no attempt. The job becomes the agent's when it is handed over, as any other.
 */
export class JobsAhead {
  readonly #keepMs: number;
  readonly #deps: JobsAheadDeps;
  readonly #proofs = new Map<AgentId, Proof>();
  /** How long the last proof of each circuit took, in milliseconds. */
  readonly #provingMs = new Map<CircuitName, number>();
  readonly #kept = new Set<KeptJob>();
  #bytes = 0;
  #isClosed = false;

  /** @param keepMs how long a job is kept before it goes back to the queue */
  constructor(keepMs: number, deps: JobsAheadDeps) {
    this.#keepMs = keepMs;
    this.#deps = deps;
  }

  /**
   * Notes that the agent has a job.
   * @param ask called shortly before the agent is expected to be free, if that is known; `signal` ends the search
   */
  began(slot: AgentSlot, circuit: CircuitName, ask: (signal: AbortSignal) => void): void {
    this.#forget(slot);
    const over = new AbortController();
    const proof: Proof = { circuit, beganAtMs: performance.now(), over, timer: undefined };
    this.#proofs.set(slot.agentId, proof);
    const expectedMs = this.#provingMs.get(circuit);
    if (expectedMs === undefined || this.#isClosed) return;
    const begin = (): void => {
      proof.timer = setTimeout(() => over.abort(), LEAD_MS + this.#keepMs);
      ask(over.signal);
    };
    proof.timer = setTimeout(begin, Math.max(0, expectedMs - LEAD_MS));
  }

  /** Notes that the agent is free: the search on its behalf ends. */
  ended(slot: AgentSlot): void {
    const proof = this.#forget(slot);
    if (proof !== undefined) this.#provingMs.set(proof.circuit, performance.now() - proof.beganAtMs);
  }

  #forget({ agentId }: AgentSlot): Proof | undefined {
    const proof = this.#proofs.get(agentId);
    this.#proofs.delete(agentId);
    clearTimeout(proof?.timer);
    proof?.over.abort();
    return proof;
  }

  /** Reads the job's inputs and keeps it until it is taken; one that cannot be kept goes back to the queue. */
  async keep(message: QueueLease): Promise<void> {
    const { engine, types, payloads } = this.#deps;
    const { jobId, circuit } = message.message;
    const record = await engine.jobs.find(jobId);
    const type = record?.wireType ?? types.typeOf(circuit);
    const sizeBytes = record?.inputs.sizeBytes ?? 0;
    if (record?.state !== 'queued' || type === undefined || this.#bytes + sizeBytes > MOST_BYTES) {
      await engine.queue.release(message);
      return;
    }
    this.#bytes += sizeBytes;
    try {
      const inputsUri = await payloads.inputsUri(record, type);
      if (this.#isClosed) throw new Error('the broker stops');
      const job: KeptJob = {
        message,
        type,
        inputsUri,
        sizeBytes,
        timer: setTimeout(() => void this.#giveBack(job), this.#keepMs),
      };
      this.#kept.add(job);
    } catch (error) {
      this.#bytes -= sizeBytes;
      await engine.queue.release(message);
      // The agent that is given the job finds the same, and the attempt is counted then.
      if (!isLostObject(error) && !this.#isClosed) throw error;
    }
  }

  /** Takes the oldest job of those that are wanted; the caller has its message from then on. */
  take(isWanted: (job: JobAhead) => boolean): JobAhead | undefined {
    const job = this.#kept.values().find(isWanted);
    if (job !== undefined) this.#drop(job);
    return job;
  }

  /** Ends all searches and gives back what is kept. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { over, timer } of this.#proofs.values()) {
      clearTimeout(timer);
      over.abort();
    }
    await Promise.all([...this.#kept].map((job) => this.#giveBack(job)));
  }

  #drop(job: KeptJob): void {
    clearTimeout(job.timer);
    this.#kept.delete(job);
    this.#bytes -= job.sizeBytes;
  }

  async #giveBack(job: KeptJob): Promise<void> {
    const { engine, log } = this.#deps;
    this.#drop(job);
    await engine.queue.release(job.message).catch((error: unknown) => {
      const { jobId } = job.message.message;
      log.warn({ err: error, jobId }, 'a job claimed early was not given back: its message is visible again soon');
    });
  }
}
