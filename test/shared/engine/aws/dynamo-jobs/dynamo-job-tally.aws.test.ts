import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { DynamoJobLedger } from '../../../../../shared/engine/aws/dynamo-jobs/dynamo-job-ledger.ts';
import type { JobTally } from '../../../../../shared/ledger/job-ledger.ts';
import { epochIdOf } from '../../../../../shared/proving-job/proving-job-id.ts';
import { aNewJob } from '../../../../contract/a-new-job.ts';
import { CONTRACT_BUDGETS } from '../../../../contract/job-ledger.contract.ts';
import { type DynamoJobHarness, openDynamoJobHarness, proofOf, spiedClient } from './dynamo-job-harness.ts';

const FEW = 10;
const MANY = 30;
const LEASED = 2;

describe('the tally on DynamoDB', () => {
  let harness: DynamoJobHarness;
  beforeEach(async () => {
    harness = await openDynamoJobHarness();
  });
  afterEach(() => harness.close());

  it('brings the leased jobs and a few others over the wire, however many there are', async () => {
    let items = 0;
    const client = spiedClient(harness.connection, async () => undefined);
    client.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        items += (result.output as { Items?: unknown[] }).Items?.length ?? 0;
        return result;
      },
      { step: 'initialize' },
    );
    const { table } = harness;
    const jobs = new DynamoJobLedger(
      { ...table, client },
      { budgets: CONTRACT_BUDGETS, nowMs: () => harness.nowMs(), fewJobs: 1 },
    );
    const { id, rangeId } = aNewJob();
    const tally = async (): Promise<{ readonly tally: JobTally; readonly items: number }> => {
      items = 0;
      return { tally: await jobs.tally(epochIdOf(id), rangeId), items };
    };

    for (let job = 0; job < LEASED; job += 1) await harness.leased((await harness.recorded(aNewJob('CANARY_LEAF'))).id);
    await addProvenAndQueued(FEW);
    const few = await tally();
    await addProvenAndQueued(MANY);
    const many = await tally();
    expect(many.tally.get('CANARY_LEAF')).toMatchObject({ proven: FEW + MANY, leased: { length: LEASED } });
    expect(many.tally.get('CANARY_MERGE')?.queued).toEqual(new Map([['small', FEW + MANY]]));
    // One job of each of the two circuits is read in each of the eight partitions, to learn which circuits to count.
    expect(few.items).toBeLessThanOrEqual(2 * 8 + LEASED);
    expect(many.items).toBeLessThanOrEqual(2 * 8 + LEASED);
    client.destroy();
  });

  async function addProvenAndQueued(count: number): Promise<void> {
    for (let job = 0; job < count; job += 1) {
      const proven = await harness.recorded(aNewJob('CANARY_LEAF'));
      await harness.jobs.markProven(proofOf(proven, harness.nowMs()));
      await harness.recorded(aNewJob('CANARY_MERGE'));
    }
  }
});
