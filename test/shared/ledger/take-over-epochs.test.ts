import { afterEach, beforeEach, expect, describe, it } from 'vitest';

import { openStreamedEpoch, takeOverEpochs } from '../../../shared/ledger/streamed-epoch.ts';
import { type EpochId, makeLineId, makeRollupId } from '../../../shared/proving-job/epoch-id.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../contract/embedded-harness.ts';
import { epochId, ROLLUP } from '../../fixtures/epoch-id.ts';

const PATCH = { rollup: ROLLUP, networkVersion: '6.0.1' };

describe('a patch of Aztec', () => {
  let harness: EmbeddedHarness;
  beforeEach(async () => {
    harness = await openEmbeddedHarness();
  });
  afterEach(() => harness.close());

  async function haveEpoch(id: EpochId, networkVersion = '6.0.0', openForMs = 60_000): Promise<EpochId> {
    const deadlineAtMs = harness.nowMs() + openForMs;
    const epoch = { id, networkVersion, readDeadlineAtMs: async () => deadlineAtMs };
    await openStreamedEpoch(harness.engine.epochs, epoch, harness.nowMs());
    return id;
  }

  function takeOver(line = PATCH): Promise<readonly EpochId[]> {
    return takeOverEpochs(harness.engine.epochs, line, harness.nowMs());
  }

  it('takes over the open epochs of its rollup, and none of another, once', async () => {
    const open = await haveEpoch(epochId(7));
    const [elsewhere, proven] = [
      await haveEpoch(epochId(7, makeRollupId(1, `0x${'c'.repeat(40)}`))),
      await haveEpoch(epochId(6)),
    ];
    const { epochs } = harness.engine;
    await epochs.advance(proven, (await epochs.find(proven))!.rangeId, 'proven');
    expect(await takeOver()).toEqual([open]);
    expect(await takeOver()).toEqual([]);
    expect(await epochs.find(open)).toMatchObject({ networkVersion: '6.0.1', state: 'proving', attempt: 1 });
    for (const id of [elsewhere, proven]) expect(await epochs.find(id)).toMatchObject({ networkVersion: '6.0.0' });
  });

  it('leaves what is past its deadline, and what a native node proves', async () => {
    const late = await haveEpoch(epochId(5), '6.0.0', 1_000);
    await harness.elapse(2);
    const native = epochId(8);
    const { epochs } = harness.engine;
    const { rangeId, deadlineAtMs } = (await epochs.find(late))!;
    await epochs.open({ id: native, rangeId, networkVersion: '6.0.0', shape: [], deadlineAtMs: deadlineAtMs + 60_000 });
    expect(await takeOver()).toEqual([]);
  });

  it('takes over nothing where no L1 says that two versions follow the same rollup', async () => {
    const rollup = makeLineId('6.0.0');
    await haveEpoch(epochId(7, rollup));
    expect(await takeOver({ ...PATCH, rollup })).toEqual([]);
  });
});
