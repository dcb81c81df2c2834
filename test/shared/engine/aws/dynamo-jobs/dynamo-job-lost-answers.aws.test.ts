import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type AwsClients, createAwsClients } from '../../../../../shared/engine/aws/aws-clients.ts';
import { JobLeaseLostError } from '../../../../../shared/ledger/errors.ts';
import { type JobLedger, RangeId } from '../../../../../shared/ledger/job-ledger.ts';
import { aNewJob } from '../../../../contract/a-new-job.ts';
import { CONTRACT_BUDGETS } from '../../../../contract/job-ledger.contract.ts';
import { type AwsGate, startAwsGate } from '../../../../fixtures/aws-gate.ts';
import {
  ALICE,
  BOB,
  type DynamoJobHarness,
  LEASE_SECONDS,
  openDynamoJobHarness,
  proofOf,
} from './dynamo-job-harness.ts';
import { epochIdOf } from '../../../../../shared/proving-job/proving-job-id.ts';

const SDK_TRIES = 5;

/** The table executes the request and its response is lost; the SDK sends it again, and meets its own change. */
describe('the job ledger on DynamoDB, when a response is lost', () => {
  let harness: DynamoJobHarness;
  let gate: AwsGate;
  let clients: AwsClients;
  let jobs: JobLedger;
  let toLose = 0;
  beforeEach(async () => {
    harness = await openDynamoJobHarness();
    toLose = 0;
    gate = await startAwsGate({
      target: harness.connection.endpoint ?? '',
      faults: { rate: 1, kinds: ['cut-after'], only: () => toLose-- > 0 },
    });
    clients = createAwsClients({ ...harness.connection, endpoint: gate.endpoint });
    jobs = harness.over(clients.dynamo);
  });
  afterEach(async () => {
    clients.close();
    await gate.close();
    await harness.close();
  });

  /** Loses the responses to the next requests. */
  async function losing<T>(act: () => Promise<T>, answers = 1): Promise<T> {
    const before = gate.faultsInjected()['cut-after'] ?? 0;
    toLose = answers;
    try {
      return await act();
    } finally {
      expect(gate.faultsInjected()['cut-after']).toBe(before + answers);
      toLose = 0;
    }
  }

  it('records the job once, and returns it', async () => {
    const job = aNewJob();
    const record = await losing(() => jobs.record(job));
    expect(record).toMatchObject({ state: 'queued', recordedAtMs: harness.nowMs() });
  });

  it('queues a cancelled job again, for the range that asks', async () => {
    const job = await harness.recorded();
    await harness.jobs.cancelEpoch(epochIdOf(job.id), 'reorged away');
    const rangeId = RangeId.parse('0xb2');
    expect(await losing(() => jobs.record({ ...job, rangeId }), 2)).toMatchObject({ state: 'queued', rangeId });
  });

  it('gives the job to the agent that claimed it, under one token', async () => {
    const job = await harness.recorded();
    const answer = await losing(() => jobs.claim(job.id, ALICE, LEASE_SECONDS));
    expect(answer).toMatchObject({ outcome: 'claimed', lease: { agentId: ALICE, token: 1 }, job: { state: 'leased' } });
    expect((await harness.jobs.find(job.id))?.attempts['lost-agent']).toBe(0);
  });

  it('does not take another claim of the same agent in the same millisecond for its own', async () => {
    const job = await harness.recorded();
    await harness.leased(job.id);
    expect(await losing(() => jobs.claim(job.id, ALICE, LEASE_SECONDS))).toMatchObject({ outcome: 'held' });
  });

  it('takes the job from a lost agent and charges that once', async () => {
    const job = await harness.recorded();
    await harness.leased(job.id);
    await harness.elapse(LEASE_SECONDS);
    const answer = await losing(() => jobs.claim(job.id, BOB, LEASE_SECONDS), 2);
    expect(answer).toMatchObject({ outcome: 'claimed', lease: { agentId: BOB, token: 2 } });
    expect((await harness.jobs.find(job.id))?.attempts['lost-agent']).toBe(1);
  });

  it('requests a copy of the job once, and returns that it did', async () => {
    const lease = await harness.leased((await harness.recorded()).id);
    expect(await losing(() => jobs.askForCopy(lease))).toBe(true);
    await harness.elapse(1);
    expect(await jobs.askForCopy(lease)).toBe(false);
  });

  it('gives the copy of the job to the agent that claimed it, beside the slow one', async () => {
    const job = await harness.recorded();
    const straggler = await harness.leased(job.id);
    await harness.jobs.askForCopy(straggler);
    const answer = await losing(() => jobs.claim(job.id, BOB, LEASE_SECONDS), 2);
    expect(answer).toMatchObject({ outcome: 'claimed', lease: { agentId: BOB, token: 2 }, job: { straggler } });
  });

  it('rejects the job when the last agent of the budget was lost', async () => {
    const job = await harness.recorded();
    for (let lost = 0; lost < CONTRACT_BUDGETS['lost-agent']; lost++) {
      await harness.leased(job.id);
      await harness.elapse(LEASE_SECONDS);
    }
    const answer = await losing(() => jobs.claim(job.id, BOB, LEASE_SECONDS), 2);
    expect(answer).toEqual({ outcome: 'settled', state: 'rejected' });
    expect((await harness.jobs.find(job.id))?.attempts['lost-agent']).toBe(CONTRACT_BUDGETS['lost-agent']);
  });

  it('moves the end of a lease', async () => {
    const lease = await harness.leased((await harness.recorded()).id);
    await harness.elapse(30);
    const expiresAtMs = harness.nowMs() + LEASE_SECONDS * 1000;
    expect(await losing(() => jobs.extend(lease, LEASE_SECONDS))).toEqual({ ...lease, expiresAtMs });
  });

  it('settles the job, and returns that it did', async () => {
    const job = await harness.recorded();
    const { claimedAtMs } = await harness.leased(job.id);
    expect(await losing(() => jobs.markProven(proofOf(job, claimedAtMs)))).toBe('proven');
  });

  it('returns that it settled the job even when the caller had to repeat the call', async () => {
    const job = await harness.recorded();
    const { claimedAtMs } = await harness.leased(job.id);
    await expect(losing(() => jobs.markProven(proofOf(job, claimedAtMs)), SDK_TRIES)).rejects.toThrow();
    expect(await jobs.markProven(proofOf(job, claimedAtMs))).toBe('proven');
    expect(await jobs.markProven(proofOf(job, claimedAtMs + 1))).toBe('already-settled');
    expect(await jobs.markProven(proofOf(job, claimedAtMs, BOB))).toBe('already-settled');
    expect(await jobs.markProven(proofOf(job, claimedAtMs, ALICE, 'another'))).toBe('already-settled');
  });

  it('charges a failed attempt once, and queues the job', async () => {
    const job = await harness.recorded();
    const lease = await harness.leased(job.id);
    expect(await losing(() => jobs.fail(lease, 'failure', 'bb exited with 1'))).toBe('queued');
    expect(await harness.jobs.find(job.id)).toMatchObject({ state: 'queued', attempts: { failure: 1 } });
  });

  it('moves a job once, and to the pool that was named', async () => {
    const job = await harness.recorded();
    const lease = await harness.leased(job.id);
    expect(await losing(() => jobs.fail(lease, 'out-of-memory', 'killed at 31 GiB', 'large'))).toBe('queued');
    expect(await harness.jobs.find(job.id)).toMatchObject({ pool: 'large', attempts: { 'out-of-memory': 1 } });
  });

  it('charges the attempt that spends the budget once, and rejects the job', async () => {
    const job = await harness.recorded();
    await harness.jobs.fail(await harness.leased(job.id), 'failure', 'one');
    const lease = await harness.leased(job.id);
    expect(await losing(() => jobs.fail(lease, 'failure', 'two'), 2)).toBe('rejected');
    expect(await harness.jobs.find(job.id)).toMatchObject({ state: 'rejected', attempts: { failure: 2 } });
  });

  it('charges a failed attempt once even when the caller had to repeat the call and another agent has the job', async () => {
    const job = await harness.recorded();
    const lease = await harness.leased(job.id);
    await expect(losing(() => jobs.fail(lease, 'failure', 'bb exited with 1'), SDK_TRIES)).rejects.toThrow();
    const next = await harness.leased(job.id, BOB);
    expect(await jobs.fail(lease, 'failure', 'bb exited with 1')).toBe('queued');
    expect(await harness.jobs.find(job.id)).toMatchObject({ state: 'leased', lease: next, attempts: { failure: 1 } });
  });

  it('charges nothing for a lease that was lost to another agent', async () => {
    const job = await harness.recorded();
    const lease = await harness.leased(job.id);
    await harness.elapse(LEASE_SECONDS);
    await harness.leased(job.id, BOB);
    await expect(losing(() => jobs.fail(lease, 'failure', 'late'))).rejects.toBeInstanceOf(JobLeaseLostError);
  });

  it('gives a job back, whichever agent takes it next', async () => {
    const job = await harness.recorded();
    await losing(async () => jobs.release(await harness.leased(job.id)));
    expect((await harness.jobs.find(job.id))?.state).toBe('queued');
  });

  it('counts the jobs that it cancelled', async () => {
    const job = await harness.recorded();
    await harness.recorded();
    expect(await losing(() => jobs.cancelEpoch(epochIdOf(job.id), 'window closed'), 3)).toBe(2);
  });

  it('counts the jobs that it revived', async () => {
    const job = await harness.recorded();
    await harness.jobs.reject(job.id, 'a dead letter');
    // The first responses are those of the eight queries.
    expect(await losing(() => jobs.reviveRejected(epochIdOf(job.id), job.rangeId), 10)).toBe(1);
  });

  it('returns that it rejected and that it revived a job', async () => {
    const { id } = await harness.recorded();
    expect(await losing(() => jobs.reject(id, 'a dead letter'))).toBe('rejected');
    expect(await losing(() => jobs.revive(id))).toBe(true);
    expect(await jobs.revive(id)).toBe(false);
  });

  it('marks jobs as enqueued', async () => {
    const { id } = await harness.recorded();
    await losing(() => jobs.markEnqueued([id]));
    expect((await harness.jobs.find(id))?.enqueuedAtMs).toBe(harness.nowMs());
  });

  it('reopens one settlement and not the next', async () => {
    const job = await harness.recorded();
    await harness.jobs.markProven(proofOf(job, harness.nowMs()));
    await losing(() => jobs.reopen({ id: job.id, settledAtMs: harness.nowMs() }, 'the store has lost it'));
    expect((await harness.jobs.find(job.id))?.state).toBe('queued');
  });
});
