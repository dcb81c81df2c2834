import { describe, expect, it } from 'vitest';

import { holdsTrafficMix } from '../../../containers/epoch-view/holds-traffic-mix.ts';
import type { CheckpointShape } from '../../../shared/proving-job/checkpoint-shape.ts';
import { MIXED_SHAPE } from '../devnet/played-epoch.ts';

const EMPTY: CheckpointShape = { blocks: [{ publicTxs: 0, privateTxs: 0 }], l1ToL2Messages: 0 };

function holding(publicTxs: number, privateTxs: number, l1ToL2Messages = 0): CheckpointShape {
  return { blocks: [{ publicTxs, privateTxs }], l1ToL2Messages };
}

describe('holdsTrafficMix', () => {
  it('accepts an epoch that holds every kind', () => {
    expect(holdsTrafficMix(MIXED_SHAPE)).toBe(true);
  });

  it.each([
    ['no private transaction', [EMPTY, holding(3, 0, 1)]],
    ['no public transaction', [EMPTY, holding(0, 3, 1)]],
    ['no checkpoint with several transactions', [EMPTY, holding(1, 0, 1), holding(0, 1)]],
    ['no empty checkpoint', [holding(1, 2, 1), holding(0, 1)]],
    ['no message from L1', [EMPTY, holding(1, 2)]],
    ['nothing at all', []],
  ])('rejects an epoch with %s', (_, shape) => {
    expect(holdsTrafficMix(shape)).toBe(false);
  });
});
