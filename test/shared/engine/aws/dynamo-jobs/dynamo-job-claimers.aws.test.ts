import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { AgentId, type NewJob } from '../../../../../shared/ledger/job-ledger.ts';
import { type ProvingJobId, epochIdOf } from '../../../../../shared/proving-job/proving-job-id.ts';
import { aNewJob } from '../../../../contract/a-new-job.ts';
import { seededRandom } from '../../../../fixtures/aws-gate-faults.ts';
import { type DynamoJobHarness, LEASE_SECONDS, openDynamoJobHarness, proofOf } from './dynamo-job-harness.ts';

const JOBS = 200;
const CLAIMERS = 20;
const SHARE_DUPLICATED = 0.3;
const SHARE_RELEASED = 0.05;
const SHARE_LOST = 0.03;

describe('the job ledger on DynamoDB, with many claimers', () => {
  let harness: DynamoJobHarness;
  beforeEach(async () => {
    harness = await openDynamoJobHarness();
  });
  afterEach(() => harness.close());

  it('settles each of 200 jobs once, though messages come twice and agents are lost, under tokens that only grow', async () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const random = seededRandom(seed);
    const jobs = Array.from({ length: JOBS }, () => aNewJob());
    const messages = jobs.flatMap((job) => (random() < SHARE_DUPLICATED ? [job, job] : [job]));
    messages.sort(() => random() - 0.5);
    const tokens = new Map<ProvingJobId, number[]>();
    const settled = new Map<ProvingJobId, string[]>();
    await Promise.all(jobs.map((job) => harness.jobs.record(job)));

    async function prove(job: NewJob, agentId: AgentId): Promise<void> {
      const answer = await harness.jobs.claim(job.id, agentId, LEASE_SECONDS);
      if (answer.outcome === 'held') {
        // No wall-clock waits: a lost agent's lease ends because the claimers read it.
        await harness.elapse(5);
        messages.push(job);
      }
      if (answer.outcome !== 'claimed') return;
      const { lease } = answer;
      tokens.set(job.id, [...(tokens.get(job.id) ?? []), lease.token]);
      const fate = random();
      if (fate < SHARE_LOST) {
        messages.push(job);
      } else if (fate < SHARE_LOST + SHARE_RELEASED) {
        await harness.jobs.release(lease);
        messages.push(job);
      } else {
        const report = proofOf(job, lease.claimedAtMs, agentId, `proof of ${agentId} under ${lease.token}`);
        if ((await harness.jobs.markProven(report)) === 'already-settled') return;
        settled.set(job.id, [
          ...(settled.get(job.id) ?? []),
          'sha256' in report.proof ? report.proof.sha256 : report.proof.uri,
        ]);
      }
    }

    await Promise.all(
      Array.from({ length: CLAIMERS }, async (_, index) => {
        const agentId = AgentId.parse(`agent-${index}`);
        for (let job = messages.shift(); job !== undefined; job = messages.shift()) await prove(job, agentId);
      }),
    );

    const records = await harness.jobs.jobsOfEpoch(epochIdOf(jobs[0]?.id ?? expect.fail()));
    expect(records, `seed ${seed}`).toHaveLength(JOBS);
    for (const { id, state, proof } of records) {
      expect({ state, proofs: settled.get(id) }, `${id}, seed ${seed}`).toEqual({
        state: 'proven',
        proofs: [proof?.sha256],
      });
      const given = tokens.get(id) ?? [];
      expect(given, `${id}, seed ${seed}`).toEqual(given.map((_, index) => index + 1));
    }
    expect(await harness.jobs.strandedJobs(-1_000_000)).toEqual([]);
  });
});
