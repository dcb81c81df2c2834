import type { Engine } from '../../../shared/engine/engine.ts';
import { AgentId, type JobLease, type JobRecord, RangeId } from '../../../shared/ledger/job-ledger.ts';
import type { CheckpointShape } from '../../../shared/proving-job/checkpoint-shape.ts';
import { inputsKey, outputsKey } from '../../../shared/proof-store/proof-store.ts';
import { CIRCUIT_CATALOGUE } from '../../../shared/proving-job/circuit-catalogue.ts';
import { parseProvingJobId, type ProvingJobId } from '../../../shared/proving-job/proving-job-id.ts';
import { EPOCH, OrchestratedEpoch } from '../../shared/merge-tree/orchestrated-epoch.ts';
import { SeededRandom } from '../../shared/merge-tree/seeded-random.ts';

export const RANGE = RangeId.parse('0xa1');
const LEASE_SECONDS = 30;

/** One epoch with every kind of traffic, as a devnet makes it. */
export const MIXED_SHAPE: readonly CheckpointShape[] = [
  { blocks: [{ publicTxs: 0, privateTxs: 0 }], l1ToL2Messages: 0 },
  { blocks: [{ publicTxs: 2, privateTxs: 1 }], l1ToL2Messages: 1 },
  { blocks: [{ publicTxs: 0, privateTxs: 1 }], l1ToL2Messages: 0 },
];

/** Does to a ledger what node and agents do while they prove an epoch, step by step. */
export class PlayedEpoch {
  readonly #engine: Engine;
  readonly #epoch: OrchestratedEpoch;
  readonly #recorded = new Set<ProvingJobId>();

  private constructor(engine: Engine, shape: readonly CheckpointShape[]) {
    this.#engine = engine;
    this.#epoch = new OrchestratedEpoch(shape, new SeededRandom(1));
  }

  static async open(
    engine: Engine,
    { deadlineAtMs, shape = MIXED_SHAPE }: { deadlineAtMs: number; shape?: readonly CheckpointShape[] },
  ): Promise<PlayedEpoch> {
    await engine.epochs.open({
      id: EPOCH,
      rangeId: RANGE,
      networkVersion: '4.1.2',
      firstCheckpoint: 20,
      lastCheckpoint: 19 + shape.length,
      shape: [...shape],
      deadlineAtMs,
    });
    const played = new PlayedEpoch(engine, shape);
    await played.#recordAsked();
    return played;
  }

  async queued(): Promise<readonly JobRecord[]> {
    return (await this.#engine.jobs.jobsOfEpoch(EPOCH)).filter(({ state }) => state === 'queued');
  }

  async claim(jobId: ProvingJobId, agent: string): Promise<JobLease> {
    const answer = await this.#engine.jobs.claim(jobId, AgentId.parse(agent), LEASE_SECONDS);
    if (answer.outcome !== 'claimed') throw new Error(`${jobId} is ${answer.outcome}`);
    return answer.lease;
  }

  async settle({ jobId, agentId, claimedAtMs }: JobLease, provingMs = 1000): Promise<void> {
    const { circuit, inputsSha256: sha256 } = parseProvingJobId(jobId);
    const proof = { key: outputsKey(circuit, jobId), sha256, sizeBytes: 10 };
    await this.#engine.jobs.markProven({ jobId, agentId, proof, provingMs, claimedAtMs });
    this.#epoch.prove(jobId);
    await this.#recordAsked();
  }

  /** Proves what is left, by turns with each of the agents, and puts the root into the outbox. */
  async finish(agents: readonly string[]): Promise<void> {
    let turn = 0;
    for (let queued = await this.queued(); queued.length > 0; queued = await this.queued()) {
      for (const { id } of queued) await this.settle(await this.claim(id, agents[turn++ % agents.length]!));
    }
    await this.storeRoot();
  }

  async storeRoot(): Promise<void> {
    const record = await this.#engine.epochs.find(EPOCH);
    const jobs = await this.#engine.jobs.jobsOfEpoch(EPOCH);
    const root = jobs.find(({ circuit }) => circuit === 'ROOT_ROLLUP');
    if (record === undefined || root === undefined) throw new Error('no root yet');
    await this.#engine.outbox.store({
      epochId: EPOCH,
      rangeId: RANGE,
      firstCheckpoint: record.firstCheckpoint,
      lastCheckpoint: record.lastCheckpoint,
      to: '0x00000000000000000000000000000000000000aa',
      data: '0x',
      deadlineAtMs: record.deadlineAtMs,
    });
    await this.#engine.epochs.advance(EPOCH, RANGE, 'submitting', { rootJobId: root.id });
  }

  async submit(transactionHash: `0x${string}`): Promise<void> {
    await this.#changeRoot('sent', transactionHash, undefined);
  }

  async mine(transactionHash: `0x${string}`): Promise<void> {
    await this.#changeRoot('mined', transactionHash, 'mined');
    await this.#engine.epochs.advance(EPOCH, RANGE, 'proven', { transactionHash });
  }

  async #changeRoot(state: 'sent' | 'mined', hash: `0x${string}`, outcome: 'mined' | undefined): Promise<void> {
    const root = await this.#engine.outbox.find(EPOCH);
    if (root === undefined) throw new Error('no root is stored');
    const submission = {
      transactionHash: hash,
      signedTransaction: '0x02' as const,
      from: '0x00000000000000000000000000000000000000bb' as const,
      nonce: 0,
      gasLimit: '1',
      maxFeePerGasWei: '1',
      maxPriorityFeePerGasWei: '1',
      signedAtMs: root.storedAtMs,
      ...(outcome && { outcome }),
    };
    await this.#engine.outbox.replace({ ...root, state, submissions: [submission] });
  }

  async #recordAsked(): Promise<void> {
    for (const { id, circuit, children } of this.#epoch.asked.values()) {
      if (this.#recorded.has(id)) continue;
      this.#recorded.add(id);
      const { pool, lane } = CIRCUIT_CATALOGUE[circuit];
      await this.#engine.jobs.record({
        id,
        rangeId: RANGE,
        circuit,
        pool,
        lane,
        networkVersion: '4.1.2',
        inputs: { key: inputsKey(circuit, id), sha256: parseProvingJobId(id).inputsSha256, sizeBytes: 10 },
        children: [...children],
      });
    }
  }
}
