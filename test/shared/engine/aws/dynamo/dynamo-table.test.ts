import { describe, expect, it } from 'vitest';

import { jobKey, jobPartitions, openShard, openShards } from '../../../../../shared/engine/aws/dynamo/dynamo-table.ts';
import { makeProvingJobId, sha256Of } from '../../../../../shared/proving-job/proving-job-id.ts';
import { epochId } from '../../../../fixtures/epoch-id.ts';

const EPOCH = epochId(7);

describe("the partitions of the ledger's table", () => {
  const ids = Array.from({ length: 1000 }, (_, salt) =>
    makeProvingJobId(EPOCH, 'PARITY_BASE', sha256Of(Buffer.from(`inputs ${salt}`))),
  );

  it.each([
    ['table', ids.map((id) => jobKey(id).pk), jobPartitions(EPOCH)],
    ['index', ids.map(openShard), openShards()],
  ])("take an epoch's jobs in about equal parts, those of the %s", (_, taken, all) => {
    expect(new Set(taken)).toEqual(new Set(all));
    expect(all).toHaveLength(8);
    for (const partition of all) {
      const share = taken.filter((each) => each === partition).length / taken.length;
      expect(share).toBeCloseTo(1 / all.length, 1);
    }
  });
});
