import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { EarlierEpochs } from '../../../functions/scale-fleet/earlier-epochs.ts';
import { ProvenJobs } from '../../../shared/merge-tree/progress/proven-jobs.ts';
import { DEFAULT_SCALING_POLICY } from '../../../functions/scale-fleet/decide/fleet-state.ts';
import { scaleFleet, type ScaleFleetDeps } from '../../../functions/scale-fleet/scale-fleet.ts';
import { ScalerNote } from '../../../functions/scale-fleet/scaler-note.ts';
import { EcsAgentFleet } from '../../../shared/engine/aws/fleet/ecs-agent-fleet.ts';
import { FleetPools } from '../../../shared/agent-fleet/fleet-pools.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import { openEngine } from '../../../shared/engine/open-engine.ts';
import type { QueueLease } from '../../../shared/job-queue/job-queue.ts';
import { JobLeaseLostError } from '../../../shared/ledger/errors.ts';
import { AgentId, type JobLease, type JobRecord, type NewJob, RangeId } from '../../../shared/ledger/job-ledger.ts';
import { outputsKey } from '../../../shared/proof-store/proof-store.ts';
import { sha256Of } from '../../../shared/proving-job/proving-job-id.ts';
import { createLogger } from '../../../shared/telemetry/logger.ts';
import { aNewJob } from '../../contract/a-new-job.ts';
import { type AwsHarness, openAwsHarness } from '../../contract/aws-harness.ts';
import { type EcsCluster, openEcsCluster } from '../../contract/ecs-cluster.ts';
import { epochId } from '../../fixtures/epoch-id.ts';

const EPOCH = epochId(7);
const RANGE = RangeId.parse('0xa1');
const SLOW = AgentId.parse('slow');
const QUICK = AgentId.parse('quick');
const LEASE_SECONDS = 3600;

describe('scale-fleet, when a job takes too long near the deadline,', () => {
  let harness: AwsHarness;
  let engine: Engine;
  let cluster: EcsCluster;
  let deps: ScaleFleetDeps;
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    harness = await openAwsHarness(['table', 'queues']);
    const { connection, names } = harness;
    engine = await openEngine({
      engine: 'aws',
      prefix: names.ledgerTable.replace('-ledger', ''),
      connection,
      leaseSeconds: 30,
    });
    cluster = await openEcsCluster(connection, names);
    for (const capacity of ['spot', 'od'] as const) await cluster.addService('small', capacity);
    deps = {
      engine,
      fleet: new EcsAgentFleet(cluster.ecs, names),
      pools: FleetPools.parse({ small: { maxAgents: 6, dollarsPerHour: { spot: 1, od: 3 } } }),
      budget: { mayCross: false },
      policy: DEFAULT_SCALING_POLICY,
      proven: new ProvenJobs(engine.jobs),
      earlier: new EarlierEpochs(engine.jobs),
      growing: { latest: async () => undefined },
      spotEvents: { since: async () => Promise.resolve([]) },
      note: engine.notes.of('scale-fleet', ScalerNote),
      metrics: { record: () => undefined },
      nowMs: Date.now,
      log: createLogger('test', { logLevel: 'silent' }),
    };
  });
  afterEach(async () => {
    vi.useRealTimers();
    cluster.close();
    await engine.close();
    await harness.close();
  });

  const elapse = (seconds: number): unknown => vi.setSystemTime(Date.now() + seconds * 1000);
  const find = async (job: NewJob): Promise<JobRecord> => (await engine.jobs.find(job.id)) ?? expect.fail();
  const message = (waitSeconds = 5): Promise<QueueLease | undefined> => engine.queue.claim(['small'], { waitSeconds });
  const agents = async (): Promise<number> =>
    (await deps.fleet.describe()).reduce((sum, { desired }) => sum + desired, 0);

  /** The last job of an epoch: agent `slow` started it two minutes ago, and it should take one. */
  async function aSlowJob(): Promise<{ readonly job: NewJob; readonly slow: JobLease }> {
    await engine.epochs.open({
      id: EPOCH,
      rangeId: RANGE,
      networkVersion: '4.1.2',
      firstCheckpoint: 1,
      lastCheckpoint: 1,
      shape: [{ blocks: [{ publicTxs: 0, privateTxs: 3 }], l1ToL2Messages: 0 }],
      deadlineAtMs: Date.now() + 700_000,
    });
    const job = aNewJob('TX_MERGE_ROLLUP');
    await engine.jobs.record(job);
    await engine.jobs.markEnqueued([job.id]);
    const claim = await engine.jobs.claim(job.id, SLOW, LEASE_SECONDS);
    await deps.fleet.setDesired('small', 'spot', 1);
    elapse(120);
    return { job, slow: claim.outcome === 'claimed' ? claim.lease : expect.fail() };
  }

  it('has a second agent prove it, and the first proof wins', async () => {
    const { job, slow } = await aSlowJob();
    await scaleFleet(deps);
    expect(await find(job)).toMatchObject({ lease: slow, copyAskedAtMs: Date.now() });
    expect(await agents()).toBeGreaterThanOrEqual(2);
    const [decision] = await engine.decisions.latest('fleet', 1);
    expect(decision?.reason).toMatch(/second copy of TX_MERGE_ROLLUP, which has been running for 120 s/);
    expect(decision?.pools[0]?.reason).toMatch(/for a second copy/);

    expect((await message())?.message.jobId).toBe(job.id);
    const copy = await engine.jobs.claim(job.id, QUICK, LEASE_SECONDS);
    expect(copy).toMatchObject({ outcome: 'claimed', job: { straggler: slow } });
    elapse(60);
    await scaleFleet(deps);
    expect((await find(job)).copyAskedAtMs).toBeUndefined();
    expect(await agents()).toBeGreaterThanOrEqual(2);

    const bytes = Buffer.from('proof');
    const proof = { key: outputsKey(job.circuit, job.id), sha256: sha256Of(bytes), sizeBytes: bytes.byteLength };
    const report = { jobId: job.id, proof, provingMs: 30_000, claimedAtMs: Date.now() };
    expect(await engine.jobs.markProven({ ...report, agentId: QUICK })).toBe('proven');
    await expect(engine.jobs.extend(slow, LEASE_SECONDS)).rejects.toBeInstanceOf(JobLeaseLostError);
    expect(await engine.jobs.markProven({ ...report, agentId: SLOW })).toBe('already-settled');
    expect(await message(1)).toBeUndefined();
  });

  it('requests one copy, however many runs overlap and however often it runs', async () => {
    const { job } = await aSlowJob();
    await Promise.all([scaleFleet(deps), scaleFleet(deps)]);
    const { copyAskedAtMs } = await find(job);
    elapse(60);
    await scaleFleet(deps);
    expect((await find(job)).copyAskedAtMs).toBe(copyAskedAtMs);
    expect(await message()).toBeDefined();
    expect(await message(1)).toBeUndefined();
  });

  it('sends the message that an earlier run could not send, and again when no agent takes it', async () => {
    const { job } = await aSlowJob();
    const enqueue = (): Promise<void> => Promise.reject(new Error('throttled'));
    await expect(scaleFleet({ ...deps, engine: { ...engine, queue: { enqueue } } })).rejects.toThrow(
      /could not request/,
    );
    expect(await find(job)).toHaveProperty('copyAskedAtMs');
    elapse(60);
    await scaleFleet(deps);
    expect((await message())?.message.jobId).toBe(job.id);
    elapse(120);
    await scaleFleet(deps);
    expect((await message())?.message.jobId).toBe(job.id);
  });

  it('requests no copy while the epoch has time', async () => {
    const { job } = await aSlowJob();
    await scaleFleet({ ...deps, policy: { ...DEFAULT_SCALING_POLICY, marginSeconds: 60 } });
    expect(await find(job)).not.toHaveProperty('copyAskedAtMs');
  });
});
