import type { ProofRequestsDeps } from '../../../shared/proof-requests/proof-requests.ts';
import { type JobRecord, type NewJob, NO_ATTEMPTS, type OpenJob } from '../../../shared/ledger/job-ledger.ts';
import { outputsKey, type ProofKey, type StoredObject } from '../../../shared/proof-store/proof-store.ts';
import type { JobMessage } from '../../../shared/proving-job/job-message.ts';
import { type ProvingJobId, sha256Of, epochIdOf } from '../../../shared/proving-job/proving-job-id.ts';
import { parseEpochId } from '../../../shared/proving-job/epoch-id.ts';

/** Like the SDK's clients, each of which fails calls that would have to wait for a free socket. */
const SOCKETS = 50;

/** An engine in memory that counts the calls under way, each of which takes a turn of the event loop. */
export class BusyEngine {
  readonly records = new Map<ProvingJobId, JobRecord>();
  readonly enqueued: ProvingJobId[] = [];
  readonly calls = new Map<string, number>();
  mostAtOnce = 0;
  failedCalls = 0;
  /** When set, no job is recorded before it resolves. */
  recordingWaitsFor: Promise<unknown> | undefined;
  /** Puts that fail from now on. */
  failingPuts = 0;
  /** What the index of open jobs lists. */
  openJobs: readonly OpenJob[] = [];
  readonly #objects = new Map<ProofKey, Uint8Array>();
  readonly #underWay = { store: 0, ledger: 0, queue: 0 };

  get deps(): ProofRequestsDeps['engine'] {
    const engine = {
      proofs: {
        put: (key: ProofKey, bytes: Uint8Array) => this.#call('store', 'put', () => this.#put(key, bytes)),
        get: ({ key }: StoredObject) => this.#call('store', 'get', () => this.#objects.get(key)),
      },
      jobs: {
        record: async (job: NewJob) => {
          await this.recordingWaitsFor;
          return await this.#call('ledger', 'record', () => this.#record(job));
        },
        find: (id: ProvingJobId) => this.#call('ledger', 'find', () => this.records.get(id)),
        openJobs: () => this.#call('ledger', 'openJobs', () => this.openJobs),
        markEnqueued: async (ids: readonly ProvingJobId[]) => {
          for (const _ of ids) await this.#call('ledger', 'markEnqueued', () => undefined);
        },
      },
      queue: {
        enqueue: (messages: readonly JobMessage[]) =>
          this.#call('queue', 'enqueue', () => void this.enqueued.push(...messages.map(({ jobId }) => jobId))),
      },
      settlements: { subscribe: () => () => undefined },
      incidents: { report: () => Promise.resolve() },
    };
    return engine as unknown as ProofRequestsDeps['engine'];
  }

  get callsUnderWay(): number {
    return Object.values(this.#underWay).reduce((sum, count) => sum + count);
  }

  /** Makes every recorded job `proven`, with `proof`. */
  proveAll(proof: Uint8Array): void {
    for (const job of this.records.values()) {
      const stored = this.#put(outputsKey(job.circuit, job.id), proof);
      this.records.set(job.id, { ...job, state: 'proven', settledAtMs: 1, proof: stored });
    }
  }

  async #call<Result>(client: 'store' | 'ledger' | 'queue', name: string, act: () => Result): Promise<Result> {
    this.calls.set(name, (this.calls.get(name) ?? 0) + 1);
    this.#underWay[client] += 1;
    const { store, ledger, queue } = this.#underWay;
    this.mostAtOnce = Math.max(this.mostAtOnce, store + ledger + queue);
    const isLate = this.#underWay[client] > SOCKETS;
    const isToFail = name === 'put' && this.failingPuts-- > 0;
    await new Promise(setImmediate);
    this.#underWay[client] -= 1;
    if (!isLate && !isToFail) return act();
    this.failedCalls += 1;
    throw new Error(isLate ? 'no socket was free in time' : 'the store is out of reach');
  }

  #put(key: ProofKey, bytes: Uint8Array): StoredObject {
    this.#objects.set(key, bytes);
    return { key, sha256: sha256Of(bytes), sizeBytes: bytes.byteLength };
  }

  #record(job: NewJob): JobRecord {
    const record: JobRecord = this.records.get(job.id) ?? {
      ...job,
      epoch: parseEpochId(epochIdOf(job.id)).epoch,
      state: 'queued',
      attempts: NO_ATTEMPTS,
      recordedAtMs: 0,
    };
    this.records.set(job.id, record);
    return record;
  }
}
