import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { notifyScaler } from '../../../containers/node/notify-scaler.ts';
import type { EpochLedger, EpochState } from '../../../shared/ledger/epoch-ledger.ts';
import { RangeId } from '../../../shared/ledger/job-ledger.ts';
import { aNewEpoch } from '../../contract/epoch-ledger.contract.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../contract/embedded-harness.ts';

describe('notifyScaler', () => {
  let harness: EmbeddedHarness;
  let epochs: EpochLedger;
  /** What the ledger held of the epoch each time that the scaler was notified. */
  let seen: Promise<string | undefined>[];
  const epoch = aNewEpoch();
  beforeEach(async () => {
    harness = await openEmbeddedHarness();
    seen = [];
    epochs = notifyScaler(harness.engine.epochs, {
      ask: async () => {
        const found = harness.elsewhere.epochs.find(epoch.id);
        seen.push(found.then((record) => record && `${record.state} ${record.rangeId}`));
        await found;
      },
    });
  });
  afterEach(() => harness.close());

  it('notifies it of an epoch that opens, and of its new range, once the ledger has them', async () => {
    expect(await epochs.open(epoch)).toMatchObject({ state: 'proving', rangeId: epoch.rangeId });
    await epochs.open({ ...epoch, rangeId: RangeId.parse('0xb2') });
    expect(await Promise.all(seen)).toEqual([`proving ${epoch.rangeId}`, 'proving 0xb2']);
  });

  it.each<EpochState>(['submitting', 'failed', 'expired'])('notifies it of an epoch that is %s', async (state) => {
    await harness.engine.epochs.open(epoch);
    const advanced = await epochs.advance(epoch.id, epoch.rangeId, state, { reason: 'as it goes' });
    expect(advanced).toMatchObject({ state, reason: 'as it goes' });
    expect(await Promise.all(seen)).toEqual([`${state} ${epoch.rangeId}`]);
  });

  it('does not notify it of reads', async () => {
    await harness.engine.epochs.open(epoch);
    expect(await epochs.find(epoch.id)).toMatchObject({ state: 'proving' });
    expect(await epochs.latest(5)).toHaveLength(1);
    expect(seen).toEqual([]);
  });
});
