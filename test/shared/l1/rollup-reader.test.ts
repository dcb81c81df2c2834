import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { RollupReader } from '../../../shared/l1/rollup-reader.ts';
import { archiveOf, deployRollup, type RollupOnAnvil, TIMING } from './rollup-on-anvil.ts';
import { type Anvil, startAnvil } from './start-anvil.ts';

describe('RollupReader', () => {
  let anvil: Anvil;
  let bench: RollupOnAnvil;
  let reader: RollupReader;

  beforeAll(async () => {
    anvil = await startAnvil();
    bench = await deployRollup(anvil);
    await bench.propose(0, 0, 1);
    await bench.call('setTips', 3n, 2n);
    reader = new RollupReader(bench.client, bench.rollup);
  });
  afterAll(async () => {
    await bench.close();
    await anvil.stop();
  });

  it('reads how far the chain reaches and how far it is proven', async () => {
    expect(await reader.tips()).toEqual({ pendingCheckpoint: 3, provenCheckpoint: 2 });
  });

  it('reads the archive at a checkpoint, which is zero beyond the chain', async () => {
    expect(await reader.archiveAt(2)).toBe(archiveOf(2));
    expect(await reader.archiveAt(4)).toBe(archiveOf(0));
  });

  it('reads the epoch of a checkpoint', async () => {
    expect(await reader.epochOfCheckpoint(3)).toBe(1);
    await expect(reader.epochOfCheckpoint(4)).rejects.toThrow('Rollup__InvalidCheckpointNumber');
  });

  it('reads the constants of the clock, and when the window of an epoch closes by them', async () => {
    const timing = await reader.timing();
    expect(timing).toMatchObject(TIMING);
    expect(await reader.epochDeadlineAtMs(5)).toBe((timing.genesisAtSeconds + 7 * 32 * 72) * 1000);
  });

  it('reads what an account holds', async () => {
    expect(await reader.balanceWei(bench.account.address)).toBe(10n ** 19n);
  });
});
