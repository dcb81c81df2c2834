import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { findRollup } from '../../../functions/watch-l1/find-rollup.ts';
import type { Remembered } from '../../../shared/l1-watch/measure-l1.ts';
import { watchL1, type WatchL1Deps } from '../../../shared/l1-watch/watch-l1.ts';
import { createL1Client } from '../../../shared/l1/l1-client.ts';
import { L1Clock } from '../../../shared/l1/l1-clock.ts';
import { createLogger } from '../../../shared/telemetry/logger.ts';
import { rollupForEachTest } from '../../shared/l1/rollup-for-each-test.ts';
import { type RollupOnAnvil, TIMING } from '../../shared/l1/rollup-on-anvil.ts';
import { type Anvil, ANVIL_CHAIN_ID, startAnvil } from '../../shared/l1/start-anvil.ts';

const EPOCH_MS = TIMING.slotSeconds * TIMING.epochSlots * 1000;

describe('watch-l1, with a first node that lags', () => {
  let live: Anvil;
  let stalled: Anvil;
  let bench: RollupOnAnvil;

  rollupForEachTest((deployed) => ({ anvil: live, bench } = deployed));
  beforeEach(async () => {
    stalled = await startAnvil();
    await stalled.rpc('anvil_loadState', await live.rpc('anvil_dumpState'));
    await stalled.mine();
  });
  afterEach(async () => {
    await stalled.stop();
  });

  async function measured(): Promise<ReadonlyMap<string, number>> {
    const values = new Map<string, number>();
    const rpcUrls = [stalled.url, live.url];
    const deps: WatchL1Deps = {
      settings: {
        l1ChainId: ANVIL_CHAIN_ID,
        publisherAddresses: [bench.account.address],
      },
      findRollup: (client) => findRollup(client, bench.rollup, 'canonical'),
      engine: bench.engine,
      note: {
        find: () => Promise.resolve({ value: undefined as Remembered | undefined, version: 0 }),
        replace: () => Promise.resolve(true),
      },
      l1: createL1Client({ rpcUrls, chainId: ANVIL_CHAIN_ID }),
      metrics: {
        record: (name: string, value: number) => void values.set(name, value),
      },
      canonical: { find: async () => ({ value: undefined, version: undefined }), replace: async () => true },
      l1Time: { find: async () => ({ value: undefined, version: undefined }), replace: async () => true },
      clock: new L1Clock({ nowMs: () => bench.clock.nowMs, steadyMs: () => 0 }),
      nowMs: () => bench.clock.nowMs,
      log: createLogger('watch-l1', { logLevel: 'silent' }),
    };
    await watchL1(deps);
    return values;
  }

  it('counts it as failing, and measures the chain of the other', async () => {
    await bench.propose(0);
    await live.mine(8);
    const seen = await measured();
    expect(seen.get('L1RpcFailures')).toBe(1);
    expect(seen.get('L1PendingCheckpoint')).toBe(3);
  });

  it('measures the slack of an epoch by the clock while no node has a recent block', async () => {
    bench.clock.nowMs += EPOCH_MS + 1_000_000;
    const seen = await measured();
    expect(seen.get('L1RpcFailures')).toBe(2);
    expect(seen.get('EpochSlackSeconds')).toBe((EPOCH_MS - 1_000_000) / 1000);
  });
});
