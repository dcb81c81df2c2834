import type { AgentGroup } from '../../../shared/agent-fleet/agent-fleet.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import { AgentId, type JobLease, RangeId } from '../../../shared/ledger/job-ledger.ts';
import type { CheckpointShape } from '../../../shared/proving-job/checkpoint-shape.ts';
import { expectedTree } from '../../../shared/merge-tree/expected/tree-of-shape.ts';
import { inputsKey, outputsKey } from '../../../shared/proof-store/proof-store.ts';
import { Pool } from '../../../shared/proving-job/circuit-family.ts';
import { CIRCUIT_CATALOGUE } from '../../../shared/proving-job/circuit-catalogue.ts';
import type { EpochId } from '../../../shared/proving-job/epoch-id.ts';
import { makeProvingJobId, type ProvingJobId, sha256Of } from '../../../shared/proving-job/proving-job-id.ts';
import { epochId } from '../../fixtures/epoch-id.ts';

const RANGE = RangeId.parse('0xa1');
const LEASE_SECONDS = 3600;

interface Work {
  readonly lease: JobLease;
  readonly pool: Pool;
  readonly doneAtMs: number;
}

/**
 * A node and agents that follow a clock moved by the test: the node records a job when its children are proven, and the
 * running agents take jobs in that order and hold each for as long as the catalogue says.
 */
export class ScaledEpoch {
  /** The most agents that were proving at one time. */
  mostBusy = 0;
  readonly #engine: Engine;
  readonly #epoch: EpochId;
  readonly #tree: ReturnType<typeof expectedTree>;
  readonly #ids = new Map<number, ProvingJobId>();
  readonly #proven = new Set<number>();
  readonly #waiting: number[] = [];
  readonly #work = new Map<number, Work>();

  constructor(engine: Engine, shape: readonly CheckpointShape[], epoch: number) {
    this.#engine = engine;
    this.#epoch = epochId(epoch);
    this.#tree = expectedTree(shape);
    this.shape = shape;
  }
  readonly shape: readonly CheckpointShape[];

  get isProven(): boolean {
    return this.#proven.size === this.#tree.jobs.length;
  }

  async open(nowMs: number, windowSeconds: number): Promise<void> {
    await this.#engine.epochs.open({
      id: this.#epoch,
      rangeId: RANGE,
      networkVersion: '4.1.2',
      firstCheckpoint: 1,
      lastCheckpoint: this.shape.length,
      shape: [...this.shape],
      deadlineAtMs: nowMs + windowSeconds * 1000,
    });
    await this.#ask();
  }

  /** Advances the node and the agents to the current time. */
  async step(nowMs: number, groups: readonly AgentGroup[]): Promise<void> {
    const done = [...this.#work].filter(([, { doneAtMs }]) => doneAtMs <= nowMs);
    for (const [job, { lease }] of done) {
      this.#work.delete(job);
      this.#proven.add(job);
      const { circuit } = this.#tree.jobs[job]!;
      const proof = { key: outputsKey(circuit, lease.jobId), sha256: sha256Of(Buffer.from(lease.jobId)), sizeBytes: 1 };
      const { agentId, jobId, claimedAtMs } = lease;
      await this.#engine.jobs.markProven({ jobId, agentId, proof, provingMs: 1000, claimedAtMs });
    }
    await this.#ask();
    for (const { pool, agents } of agentsByPool(groups)) await this.#claim(pool, agents, nowMs);
    this.mostBusy = Math.max(this.mostBusy, this.#work.size);
    if (this.isProven) await this.#engine.epochs.advance(this.#epoch, RANGE, 'submitting');
  }

  /** Jobs under way in a pool. */
  busy(pool: Pool): number {
    return [...this.#work.values()].filter((work) => work.pool === pool).length;
  }

  async #ask(): Promise<void> {
    for (const [job, { circuit, children }] of this.#tree.jobs.entries()) {
      if (this.#ids.has(job) || !children.every((child) => this.#proven.has(child))) continue;
      const sha256 = sha256Of(Buffer.from(`${this.#epoch} ${job}`));
      const id = makeProvingJobId(this.#epoch, circuit, sha256);
      this.#ids.set(job, id);
      this.#waiting.push(job);
      const { pool, lane } = CIRCUIT_CATALOGUE[circuit];
      await this.#engine.jobs.record({
        id,
        rangeId: RANGE,
        circuit,
        pool,
        lane,
        networkVersion: '4.1.2',
        inputs: { key: inputsKey(circuit, id), sha256, sizeBytes: 1 },
        children: children.map((child) => this.#ids.get(child)!),
      });
    }
  }

  async #claim(pool: Pool, agents: number, nowMs: number): Promise<void> {
    for (const job of [...this.#waiting]) {
      const { circuit } = this.#tree.jobs[job]!;
      const entry = CIRCUIT_CATALOGUE[circuit];
      if (entry.pool !== pool || this.busy(pool) >= agents) continue;
      const agentId = AgentId.parse(`${pool}-${job}`);
      const answer = await this.#engine.jobs.claim(this.#ids.get(job)!, agentId, LEASE_SECONDS);
      if (answer.outcome !== 'claimed') throw new Error(`the job is ${answer.outcome}`);
      this.#waiting.splice(this.#waiting.indexOf(job), 1);
      this.#work.set(job, { lease: answer.lease, pool, doneAtMs: nowMs + entry.expectedSeconds * 1000 });
    }
  }
}

function agentsByPool(groups: readonly AgentGroup[]): { pool: Pool; agents: number }[] {
  return Pool.options.map((pool) => ({
    pool,
    agents: groups.reduce((sum, group) => sum + (group.pool === pool ? group.running : 0), 0),
  }));
}
