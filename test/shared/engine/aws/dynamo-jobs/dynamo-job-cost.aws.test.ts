import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type AwsClients, createAwsClients } from '../../../../../shared/engine/aws/aws-clients.ts';
import { AgentId, type JobLedger, RangeId } from '../../../../../shared/ledger/job-ledger.ts';
import { NativeCircuit } from '../../../../../shared/proving-job/circuit-catalogue.ts';
import { aNewJob } from '../../../../contract/a-new-job.ts';
import { type AwsGate, startAwsGate } from '../../../../fixtures/aws-gate.ts';
import { CapacityMeter } from '../../../../fixtures/aws-gate-capacity.ts';
import { itemBytes } from '../../../../fixtures/dynamo-item-bytes.ts';
import {
  ALICE,
  BOB,
  type DynamoJobHarness,
  LEASE_SECONDS,
  openDynamoJobHarness,
  proofOf,
} from './dynamo-job-harness.ts';
import { epochId } from '../../../../fixtures/epoch-id.ts';
import { epochIdOf } from '../../../../../shared/proving-job/proving-job-id.ts';

const WRITE_UNIT_BYTES = 1024;
/** The longest name of a circuit, and ids as they are on a network that has run for years. */
const LONGEST = NativeCircuit.options.toSorted((a, b) => b.length - a.length)[0] ?? 'ROOT_ROLLUP';
const EPOCH = epochId(123_456);
const RANGE = RangeId.parse(`0x${'a1'.repeat(32)}`);
const VERSION = '4.1.2-nightly.20261122';
const AGENT = AgentId.parse('ip-10-0-123-234.eu-central-1.compute.internal-9f8e7d6c');

describe('the job ledger on DynamoDB costs', () => {
  let harness: DynamoJobHarness;
  let meter: CapacityMeter;
  let gate: AwsGate;
  let clients: AwsClients;
  let jobs: JobLedger;
  beforeEach(async () => {
    harness = await openDynamoJobHarness();
    const { endpoint: target = '' } = harness.connection;
    meter = new CapacityMeter(target);
    gate = await startAwsGate({ target, capacity: meter });
    clients = createAwsClients({ ...harness.connection, endpoint: gate.endpoint });
    jobs = harness.over(clients.dynamo);
  });
  afterEach(async () => {
    clients.close();
    await gate.close();
    meter.close();
    await harness.close();
  });

  /** Requests, write units and read units. */
  async function costOf(act: () => Promise<unknown>): Promise<readonly [number, number, number]> {
    const before = gate.calls().length;
    await act();
    const calls = gate.calls().slice(before);
    // The meter reads the item once more after the response was sent.
    await expect.poll(() => calls.every(({ writeUnits, readUnits }) => writeUnits + readUnits > 0)).toBe(true);
    const sum = (unit: 'writeUnits' | 'readUnits'): number => calls.reduce((total, call) => total + call[unit], 0);
    return [calls.length, sum('writeUnits'), sum('readUnits')];
  }

  it('ten write units and four requests for a job that is proven at once, and one of each for a heartbeat', async () => {
    const job = aNewJob();
    expect(await costOf(() => jobs.record(job))).toEqual([1, 2, 0]);
    expect(await costOf(() => jobs.markEnqueued([job.id]))).toEqual([1, 3, 0]);
    await harness.elapse(1);
    expect(await costOf(() => jobs.claim(job.id, ALICE, LEASE_SECONDS))).toEqual([1, 3, 0]);
    const { lease } = (await harness.jobs.find(job.id)) ?? {};
    if (lease === undefined) return expect.fail();
    expect(await costOf(() => jobs.extend(lease, LEASE_SECONDS))).toEqual([1, 1, 0]);
    expect(await costOf(() => jobs.claim(job.id, BOB, LEASE_SECONDS))).toEqual([1, 1, 0]);
    expect(await costOf(() => jobs.markProven(proofOf(job, lease.claimedAtMs)))).toEqual([1, 2, 0]);
    expect(await costOf(() => jobs.claim(job.id, BOB, LEASE_SECONDS))).toEqual([1, 1, 0]);
    expect(await costOf(() => jobs.record(job))).toEqual([1, 1, 0]);
    expect(await costOf(() => jobs.find(job.id))).toEqual([1, 0, 1]);
  });

  it('what its table says for everything else', async () => {
    const job = await harness.recorded();
    let lease = await harness.leased(job.id);
    expect(await costOf(() => jobs.markEnqueued([job.id]))).toEqual([2, 2, 0]);
    expect(await costOf(() => jobs.release(lease))).toEqual([1, 3, 0]);
    lease = await harness.leased(job.id);
    await harness.elapse(LEASE_SECONDS);
    expect(await costOf(() => jobs.claim(job.id, BOB, LEASE_SECONDS))).toEqual([2, 4, 0]);
    lease = (await harness.jobs.find(job.id))?.lease ?? expect.fail();
    await harness.elapse(1);
    expect(await costOf(() => jobs.askForCopy(lease))).toEqual([1, 1, 0]);
    expect(await costOf(() => jobs.claim(job.id, ALICE, LEASE_SECONDS))).toEqual([2, 4, 0]);
    expect(await costOf(() => jobs.extend(lease, LEASE_SECONDS))).toEqual([2, 2, 0]);
    expect(await costOf(() => jobs.release(lease))).toEqual([2, 2, 0]);
    lease = (await harness.jobs.find(job.id))?.lease ?? expect.fail();
    expect(await costOf(() => jobs.fail(lease, 'failure', 'one'))).toEqual([1, 3, 0]);
    lease = await harness.leased(job.id, BOB);
    expect(await costOf(() => jobs.fail(lease, 'failure', 'two'))).toEqual([2, 3, 0]);
    expect(await costOf(() => jobs.revive(job.id))).toEqual([1, 2, 0]);
    expect(await costOf(() => jobs.reject(job.id, 'a dead letter'))).toEqual([1, 2, 0]);
    expect(await costOf(() => jobs.reviveRejected(epochIdOf(job.id), job.rangeId))).toEqual([9, 2, 8]);
    expect(await costOf(() => jobs.record({ ...job, rangeId: RANGE }))).toEqual([2, 2, 0]);
    expect(await costOf(() => jobs.cancelEpoch(epochIdOf(job.id), 'reorged away'))).toEqual([9, 2, 8]);
    expect(await costOf(() => jobs.record(job))).toEqual([2, 3, 0]);
    expect(await costOf(() => jobs.strandedJobs(0))).toEqual([9, 0, 5]);
    await harness.jobs.markProven(proofOf(job, harness.nowMs()));
    const seen = { id: job.id, settledAtMs: harness.nowMs() };
    expect(await costOf(() => jobs.reopen(seen, 'the store has lost it'))).toEqual([1, 2, 0]);
    expect(await costOf(() => jobs.jobsOfEpoch(epochIdOf(job.id)))).toEqual([8, 0, 8]);
  });

  it.each(NativeCircuit.options)(
    'one unit for each write of a %s with four children that no agent fails, whatever its state',
    async (circuit) => {
      const children = Array.from({ length: 4 }, () => aNewJob(LONGEST, { epochId: EPOCH }).id);
      const job = { ...aNewJob(circuit, { epochId: EPOCH, rangeId: RANGE, children }), networkVersion: VERSION };
      const inputs = { ...job.inputs, sizeBytes: 2_345_678 };
      const bytes: number[] = [];
      const note = async (): Promise<unknown> => bytes.push(itemBytes(await harness.itemOf(job.id)));
      await harness.jobs.record({ ...job, inputs });
      await note();
      await harness.jobs.markEnqueued([job.id]);
      const lease = await harness.leased(job.id, AGENT);
      await note();
      await harness.jobs.markProven({ ...proofOf(job, lease.claimedAtMs, AGENT), provingMs: 123_456.789 });
      await note();
      expect(Math.max(...bytes), `bytes recorded, leased and proven: ${bytes.join(', ')}`).toBeLessThan(
        WRITE_UNIT_BYTES,
      );
    },
  );
});
