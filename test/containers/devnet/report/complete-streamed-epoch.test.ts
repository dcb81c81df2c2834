import { describe, expect, it } from 'vitest';

import { completeStreamedEpoch } from '../../../../containers/devnet/report/complete-streamed-epoch.ts';
import type { EpochContents } from '../../../../containers/devnet/traffic/epoch-contents.ts';
import { anEpochView } from '../../epoch-view/a-snapshot.ts';

const CONTENTS: EpochContents = {
  epochNumber: 4711,
  checkpoints: [
    {
      checkpointNumber: 5,
      slotNumber: 40,
      blocks: [{ blockNumber: 5, privateTransactions: 1, publicTransactions: 2 }],
      l1ToL2Messages: 1,
    },
    {
      checkpointNumber: 6,
      slotNumber: 41,
      blocks: [{ blockNumber: 6, privateTransactions: 0, publicTransactions: 0 }],
      l1ToL2Messages: 0,
    },
  ],
};

describe('an epoch as the report has it', () => {
  it("has the checkpoints and the contents that the traffic's sender knows, where its node did not name them", () => {
    const { shape: _shape, firstCheckpoint: _first, lastCheckpoint: _last, ...streamed } = anEpochView();
    expect(completeStreamedEpoch(streamed, CONTENTS)).toMatchObject({
      firstCheckpoint: 5,
      lastCheckpoint: 6,
      shape: [
        { blocks: [{ privateTxs: 1, publicTxs: 2 }], l1ToL2Messages: 1 },
        { blocks: [{ privateTxs: 0, publicTxs: 0 }], l1ToL2Messages: 0 },
      ],
    });
  });

  it('stays as it is where its node has named them, or nobody knows them', () => {
    const view = anEpochView();
    expect(completeStreamedEpoch(view, CONTENTS)).toBe(view);
    const { shape: _shape, ...streamed } = view;
    expect(completeStreamedEpoch(streamed, undefined)).toBe(streamed);
  });
});
