import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { BrokerClient } from '../../../shared/broker-api/broker-client.ts';
import type { WireJob, WireLease } from '../../../shared/broker-api/wire-types.ts';
import { openEmbeddedEngine } from '../../../shared/engine/embedded/embedded-engine.ts';
import type { JobRecord } from '../../../shared/ledger/job-ledger.ts';
import { CoppiceBroker } from '../../fixtures/coppice-broker.ts';
import { V6_TYPES, v6Job, v6Payload, type V6Circuit } from '../../fixtures/v6-wire.ts';

const LARGE_BYTES = 36 * 2 ** 20;
const EPOCH = 7;

describe('a broker of the line 6.0.0', () => {
  let broker: CoppiceBroker;
  let client: BrokerClient;
  const end = new AbortController();

  beforeEach(async () => {
    broker = await CoppiceBroker.start({ aztecVersion: '6.0.0', variables: { COPPICE_BROKER_HOLD_SECONDS: '1' } });
    client = new BrokerClient({ url: broker.url, signal: end.signal });
  });
  afterEach(() => broker.close());

  it('returns each job with the number that it came with', async () => {
    const jobs = (Object.keys(V6_TYPES) as V6Circuit[]).map((circuit) => v6Job(EPOCH, circuit, circuit));
    for (const job of jobs) expect(await client.enqueueProvingJob(job)).toEqual({ status: 'not-found' });
    const leases = await leaseAll();
    expect(leases.map(({ job }) => job).toSorted(byId)).toEqual(jobs.toSorted(byId));
  });

  it('knows the circuits that 6.0 adds, by their names', async () => {
    await client.enqueueProvingJob(v6Job(EPOCH, 'INBOX_PARITY', 'messages'));
    await client.enqueueProvingJob(v6Job(EPOCH, 'BLOCK_ROOT_NO_TXS_ROLLUP', 'a block'));
    const records = await recordedJobs();
    expect(records.map(({ circuit, networkVersion }) => ({ circuit, networkVersion }))).toEqual([
      { circuit: 'BLOCK_ROOT_NO_TXS_ROLLUP', networkVersion: '6.0.0' },
      { circuit: 'INBOX_PARITY', networkVersion: '6.0.0' },
    ]);
  });

  it('lets an agent choose by the numbers of 6.0', async () => {
    const wanted = v6Job(EPOCH, 'INBOX_PARITY', 'messages');
    await client.enqueueProvingJob(v6Job(EPOCH, 'ROOT_ROLLUP', 'the root'));
    await client.enqueueProvingJob(wanted);
    const lease = await client.getProvingJob({ allowList: [V6_TYPES.INBOX_PARITY] });
    expect(lease?.job.id).toBe(wanted.id);
    expect(await client.getProvingJob({ allowList: [V6_TYPES.INBOX_PARITY] })).toBeUndefined();
  });

  it('takes the jobs of the oldest epoch first, whatever their circuits', async () => {
    const [newest, older] = [v6Job(EPOCH + 1, 'ROOT_ROLLUP', 'the root'), v6Job(EPOCH, 'INBOX_PARITY', 'messages')];
    await client.enqueueProvingJob(newest);
    await client.enqueueProvingJob(older);
    const leases = await leaseAll();
    expect(leases.map(({ job }) => job.id)).toEqual([older.id, newest.id]);
  });

  it('gives an agent that drains no further job', async () => {
    const jobs = [v6Job(EPOCH, 'TX_MERGE_ROLLUP', 'one'), v6Job(EPOCH, 'TX_MERGE_ROLLUP', 'other')];
    for (const job of jobs) await client.enqueueProvingJob(job);
    const lease = (await client.getProvingJob())!;
    const draining = { allowList: [], allowNewJobs: false };
    expect(await client.reportProvingJobProgress(lease.job.id, lease.time, draining)).toBeUndefined();
    const proof = v6Payload('TX_MERGE_ROLLUP', 'result', 'a proof');
    expect(await client.reportProvingJobSuccess(lease.job.id, proof, draining)).toBeUndefined();
    expect(await client.getProvingJobStatus(lease.job.id)).toEqual({ status: 'fulfilled', value: proof });
    expect((await client.getProvingJob())?.job.id).toBe(jobs.find(({ id }) => id !== lease.job.id)?.id);
  });

  it('carries inputs and a proof of 50 MiB in its calls', async () => {
    const job = v6Job(EPOCH, 'CHECKPOINT_ROOT_ROLLUP', 'x'.repeat(LARGE_BYTES));
    const proof = v6Payload('CHECKPOINT_ROOT_ROLLUP', 'result', 'y'.repeat(LARGE_BYTES));
    expect(job.inputsUri.length).toBeGreaterThan(48 * 2 ** 20);
    await client.enqueueProvingJob(job);
    const lease = (await client.getProvingJob())!;
    expect(lease.job.inputsUri === job.inputsUri).toBe(true);
    await client.reportProvingJobSuccess(job.id, proof);
    const status = await client.getProvingJobStatus(job.id);
    expect(status.status === 'fulfilled' && status.value === proof).toBe(true);
  });

  async function leaseAll(): Promise<readonly WireLease[]> {
    const leases: WireLease[] = [];
    for (;;) {
      const lease = await client.getProvingJob();
      if (lease === undefined) return leases;
      leases.push(lease);
    }
  }

  async function recordedJobs(): Promise<readonly JobRecord[]> {
    const engine = openEmbeddedEngine({ dataDirectory: `${broker.dataDirectory}/coppice`, leaseSeconds: 30 });
    try {
      const [epoch] = await engine.epochs.latest(1);
      return (await engine.jobs.jobsOfEpoch(epoch!.id)).toSorted((a, b) => a.circuit.localeCompare(b.circuit));
    } finally {
      await engine.close();
    }
  }
});

function byId({ id }: WireJob, { id: other }: WireJob): number {
  return id.localeCompare(other);
}
