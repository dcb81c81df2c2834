import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { DynamoJobLedger } from '../../../../../shared/engine/aws/dynamo-jobs/dynamo-job-ledger.ts';
import type { JobLedger } from '../../../../../shared/ledger/job-ledger.ts';
import { openAwsHarness } from '../../../../contract/aws-harness.ts';
import { CONTRACT_BUDGETS, describeJobLedgerContract } from '../../../../contract/job-ledger.contract.ts';
import { ALICE, BOB, type DynamoJobHarness, LEASE_SECONDS, openDynamoJobHarness } from './dynamo-job-harness.ts';

const STEP_MS = 400;
const HOUR_SECONDS = 3_600;
const CHANGES: ReadonlySet<unknown> = new Set<keyof JobLedger>([
  'markEnqueued',
  'claim',
  'askForCopy',
  'extend',
  'markProven',
  'fail',
  'release',
  'cancelEpoch',
  'reviveRejected',
  'revive',
  'reject',
  'reopen',
]);

/** Before every change the clock is set back; what a test lets elapse goes by between one change and the next. */
describeJobLedgerContract('DynamoJobLedger, on a clock that is set back all the time', async () => {
  const harness = await openAwsHarness(['table']);
  let setBackMs = 0;
  const nowMs = (): number => harness.nowMs() - setBackMs;
  const ledger = new DynamoJobLedger(
    { client: harness.clients.dynamo, name: harness.names.ledgerTable },
    { budgets: CONTRACT_BUDGETS, nowMs },
  );
  const jobs = new Proxy<JobLedger>(ledger, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name, target);
      if (typeof method !== 'function') return method;
      return (...inputs: unknown[]): unknown => {
        if (CHANGES.has(name)) setBackMs += STEP_MS;
        return method.apply(target, inputs) as unknown;
      };
    },
  });
  return { nowMs, jobs, elapse: (seconds) => harness.elapse(seconds + STEP_MS / 1000), close: () => harness.close() };
});

describe('the job ledger on DynamoDB, where clocks differ', () => {
  let harness: DynamoJobHarness;
  let ahead: DynamoJobLedger;
  beforeEach(async () => {
    harness = await openDynamoJobHarness();
    ahead = harness.over(harness.table.client, () => harness.nowMs() + HOUR_SECONDS * 1000);
  });
  afterEach(() => harness.close());

  async function leasedAhead(): ReturnType<DynamoJobHarness['leased']> {
    const { id } = await harness.recorded();
    const answer = await ahead.claim(id, ALICE, LEASE_SECONDS);
    if (answer.outcome !== 'claimed') throw new Error('expected to claim a queued job');
    return answer.lease;
  }

  it('ends the lease of a lost agent, whose clock was ahead, one lease time after the first claim by another', async () => {
    const { jobId } = await leasedAhead();
    expect(await harness.jobs.claim(jobId, BOB, LEASE_SECONDS)).toEqual({
      outcome: 'held',
      expiresAtMs: harness.nowMs() + LEASE_SECONDS * 1000,
    });
    await harness.elapse(LEASE_SECONDS - 1);
    expect(await harness.jobs.claim(jobId, BOB, LEASE_SECONDS)).toMatchObject({ outcome: 'held' });
    await harness.elapse(1);
    expect(await harness.jobs.claim(jobId, BOB, LEASE_SECONDS)).toMatchObject({
      outcome: 'claimed',
      lease: { agentId: BOB },
      job: { attempts: { 'lost-agent': 1 } },
    });
  });

  it('lets the sweeper find a job whose lease was shortened', async () => {
    const { jobId } = await leasedAhead();
    await harness.jobs.claim(jobId, BOB, LEASE_SECONDS);
    await harness.elapse(LEASE_SECONDS + 1);
    expect((await harness.jobs.strandedJobs(0)).map(({ id }) => id)).toEqual([jobId]);
  });

  it('leaves the job with a live agent whose clock is ahead', async () => {
    let lease = await leasedAhead();
    for (let attempt = 0; attempt < 5; attempt++) {
      expect(await harness.jobs.claim(lease.jobId, BOB, LEASE_SECONDS)).toMatchObject({ outcome: 'held' });
      await harness.elapse(LEASE_SECONDS / 3);
      lease = await ahead.extend(lease, LEASE_SECONDS);
    }
    expect((await harness.jobs.find(lease.jobId))?.attempts['lost-agent']).toBe(0);
  });

  it('does not shorten a lease for an ordinary difference of clocks', async () => {
    const late = harness.over(harness.table.client, () => harness.nowMs() + LEASE_SECONDS * 1000);
    const { id } = await harness.recorded();
    await late.claim(id, ALICE, LEASE_SECONDS);
    const { lease } = (await harness.jobs.find(id)) ?? {};
    expect(await harness.jobs.claim(id, BOB, LEASE_SECONDS)).toEqual({
      outcome: 'held',
      expiresAtMs: harness.nowMs() + 2 * LEASE_SECONDS * 1000,
    });
    expect((await harness.jobs.find(id))?.lease).toEqual(lease);
  });
});
