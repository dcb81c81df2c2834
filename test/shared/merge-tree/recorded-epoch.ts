import type { CheckpointShape } from '../../../shared/proving-job/checkpoint-shape.ts';
import { AgentId, type JobLease, type JobRecord, RangeId } from '../../../shared/ledger/job-ledger.ts';
import { inputsKey, outputsKey } from '../../../shared/proof-store/proof-store.ts';
import { CIRCUIT_CATALOGUE } from '../../../shared/proving-job/circuit-catalogue.ts';
import { type ProvingJobId, parseProvingJobId } from '../../../shared/proving-job/proving-job-id.ts';
import { type AskedJob, EPOCH, OrchestratedEpoch } from './orchestrated-epoch.ts';
import { SeededRandom } from './seeded-random.ts';
import { parseEpochId } from '../../../shared/proving-job/epoch-id.ts';

export const RANGE = RangeId.parse('the archive root of the last checkpoint');
export const LEASE_MS = 120_000;

/** What a ledger holds while an epoch is proven, under a clock that the test moves. */
export class RecordedEpoch {
  nowMs = 1_000_000;
  readonly #epoch: OrchestratedEpoch;
  readonly #records = new Map<ProvingJobId, JobRecord>();

  constructor(shape: readonly CheckpointShape[], random = new SeededRandom(1)) {
    this.#epoch = new OrchestratedEpoch(shape, random);
    this.#recordAsked();
  }

  get records(): readonly JobRecord[] {
    return [...this.#records.values()];
  }

  in(state: JobRecord['state']): readonly JobRecord[] {
    return this.records.filter((record) => record.state === state);
  }

  find(circuit: JobRecord['circuit']): JobRecord {
    const record = this.records.find((candidate) => candidate.circuit === circuit);
    if (record === undefined) throw new Error(`no ${circuit} is recorded`);
    return record;
  }

  change(id: ProvingJobId, change: Partial<JobRecord>): void {
    this.#records.set(id, { ...(this.#records.get(id) as JobRecord), ...change });
  }

  claim(id: ProvingJobId, leaseMs = LEASE_MS): void {
    this.change(id, { state: 'leased', lease: this.#lease(id, leaseMs) });
  }

  settle(id: ProvingJobId): void {
    const { sha256 } = (this.#records.get(id) as JobRecord).inputs;
    const { circuit } = parseProvingJobId(id);
    this.change(id, {
      state: 'proven',
      proof: { key: outputsKey(circuit, id), sha256, sizeBytes: 10 },
      provenBy: AgentId.parse('agent-1'),
      provingMs: 10,
      claimedAtMs: this.nowMs,
      settledAtMs: this.nowMs,
    });
    this.#epoch.prove(id);
    this.#recordAsked();
  }

  /** Proves all that can be proven, in the order in which it was asked for, until `until` says to stop. */
  proveAll(until: (record: JobRecord) => boolean = () => false): void {
    for (let queued = this.in('queued'); queued.length > 0; queued = this.in('queued')) {
      for (const record of queued) {
        if (until(record)) return;
        this.nowMs += 1;
        this.settle(record.id);
      }
    }
  }

  #recordAsked(): void {
    for (const job of this.#epoch.asked.values()) {
      if (!this.#records.has(job.id)) this.#records.set(job.id, queued(job, this.nowMs));
    }
  }

  #lease(jobId: ProvingJobId, leaseMs: number): JobLease {
    return {
      jobId,
      agentId: AgentId.parse('agent-1'),
      token: 1,
      claimedAtMs: this.nowMs,
      expiresAtMs: this.nowMs + leaseMs,
    };
  }
}

function queued({ id, circuit, children }: AskedJob, nowMs: number): JobRecord {
  const { pool, lane } = CIRCUIT_CATALOGUE[circuit];
  return {
    id,
    epoch: parseEpochId(EPOCH).epoch,
    rangeId: RANGE,
    circuit,
    pool,
    lane,
    networkVersion: '4.1.2',
    inputs: { key: inputsKey(circuit, id), sha256: parseProvingJobId(id).inputsSha256, sizeBytes: 10 },
    children: [...children],
    state: 'queued',
    attempts: { 'lost-agent': 0, 'out-of-memory': 0, 'time-out': 0, failure: 0, 'corrupt-inputs': 0 },
    recordedAtMs: nowMs,
  };
}
