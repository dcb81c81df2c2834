import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { describeWait, type WaitResult, waitForEpoch } from '../../../../containers/cli/inspect/wait-for-epoch.ts';
import type { EpochState } from '../../../../shared/ledger/epoch-ledger.ts';
import type { WaitFor } from '../../../../shared/config/groups/wait-settings.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../../contract/embedded-harness.ts';
import { aNewEpoch } from '../../../contract/epoch-ledger.contract.ts';

const EPOCH = aNewEpoch(7);
const { id, rangeId } = EPOCH;

describe('coppice wait', () => {
  let harness: EmbeddedHarness;
  beforeEach(async () => {
    harness = await openEmbeddedHarness();
  });
  afterEach(() => harness.close());

  /** @param turns what happens in each pause */
  async function wait(
    waitFor: WaitFor,
    timeoutSeconds: number | undefined,
    ...turns: (() => Promise<unknown>)[]
  ): Promise<WaitResult> {
    return await waitForEpoch(harness.engine.epochs, id, {
      waitFor,
      timeoutSeconds,
      nowMs: () => harness.nowMs(),
      pause: async (ms) => {
        await harness.elapse(ms / 1000);
        await turns.shift()?.();
      },
    });
  }

  const open = (): Promise<unknown> => harness.engine.epochs.open({ ...EPOCH, deadlineAtMs: harness.nowMs() + 60_000 });
  const advance = (state: EpochState) => (): Promise<unknown> =>
    harness.engine.epochs.advance(id, rangeId, state, { transactionHash: '0xfeed' });

  it('ends when the epoch is proven, also of one that is not open yet', async () => {
    const result = await wait('proven', undefined, open, advance('submitting'), advance('proven'));
    expect(result).toMatchObject({ outcome: 'reached', epoch: { state: 'proven' }, waitedSeconds: 6 });
    expect(describeWait(result, 'proven')).toBe('Epoch 7 is proven on L1, by transaction 0xfeed.');
  });

  it('ends with the root, if that is what is waited for', async () => {
    const result = await wait('root', undefined, open, advance('submitting'));
    expect(result).toMatchObject({ outcome: 'reached', epoch: { state: 'submitting' } });
  });

  it('ends when the window closes without a proof, and says how to see why', async () => {
    const result = await wait('proven', undefined, open, () => harness.elapse(100));
    expect(result.outcome).toBe('impossible');
    expect(describeWait(result, 'proven')).toMatch(/^epoch 7 can no longer be proven: .* See: coppice why 7$/);
  });

  it('ends when its time is over', async () => {
    const result = await wait('proven', 5, open);
    expect(result).toMatchObject({ outcome: 'timed-out', waitedSeconds: 5 });
    expect(describeWait(result, 'proven')).toBe('epoch 7 is still proving after 5.0 s. See: coppice why 7');
  });
});
