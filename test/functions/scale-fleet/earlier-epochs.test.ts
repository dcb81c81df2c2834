import { describe, expect, it } from 'vitest';

import { EarlierEpochs } from '../../../functions/scale-fleet/earlier-epochs.ts';
import type { EpochRecord, EpochState } from '../../../shared/ledger/epoch-ledger.ts';
import type { JobLedger, JobTally } from '../../../shared/ledger/job-ledger.ts';
import { STREAMED_RANGE } from '../../../shared/ledger/streamed-epoch.ts';
import type { EpochId } from '../../../shared/proving-job/epoch-id.ts';
import { namesOfEpoch } from '../../fixtures/epoch-id.ts';
import { circuit, counts } from '../../shared/merge-tree/forecast/a-stream.ts';

function epoch(number: number, state: EpochState = 'proven', networkVersion = '6.0.0'): EpochRecord {
  return {
    ...namesOfEpoch(number),
    rangeId: STREAMED_RANGE,
    networkVersion,
    deadlineAtMs: 0,
    state,
    attempt: 1,
    openedAtMs: 0,
    attemptAtMs: 0,
  };
}

/** A ledger in which every epoch has proven `vms` jobs, and a root if it is not among `withoutRoot`. */
function ledgerOf(withoutRoot: readonly EpochRecord[] = []): {
  readonly jobs: Pick<JobLedger, 'tally'>;
  readonly read: EpochId[];
} {
  const read: EpochId[] = [];
  const tally = async (id: EpochId): Promise<JobTally> => {
    read.push(id);
    const proven = (jobs: number) => ({ proven: jobs, rejected: 1, queued: new Map(), leased: [] });
    const isWhole = withoutRoot.every((other) => other.id !== id);
    return new Map([
      [circuit('PUBLIC_VM'), proven(5)],
      [circuit('ROOT_ROLLUP'), proven(isWhole ? 1 : 0)],
    ]);
  };
  return { jobs: { tally }, read };
}

const WHOLE = counts({ PUBLIC_VM: 5, ROOT_ROLLUP: 1 });

describe('earlier epochs', () => {
  it('are the newest three of each version that streamed to their end, each read once', async () => {
    const { jobs, read } = ledgerOf();
    const earlier = new EarlierEpochs(jobs);
    const latest = [epoch(9, 'proving'), epoch(8), epoch(7), epoch(6), epoch(5), epoch(4, 'proven', '5.2.0')];

    expect(await earlier.of(latest)).toEqual(
      new Map([
        ['6.0.0', [WHOLE, WHOLE, WHOLE]],
        ['5.2.0', [WHOLE]],
      ]),
    );
    expect(read).toHaveLength(4);

    await earlier.of([epoch(10), ...latest]);
    expect(read.slice(4)).toEqual([epoch(10).id]);
  });

  it('leave out those whose root another prover made, and those of our own nodes', async () => {
    const { jobs, read } = ledgerOf([epoch(8)]);
    const native: EpochRecord = {
      ...epoch(7),
      shape: [{ blocks: [{ publicTxs: 0, privateTxs: 0 }], l1ToL2Messages: 0 }],
    };
    const earlier = new EarlierEpochs(jobs);

    expect(await earlier.of([epoch(8), native])).toEqual(new Map([['6.0.0', []]]));
    await earlier.of([epoch(8), native]);
    expect(read).toEqual([epoch(8).id]);
  });
});
