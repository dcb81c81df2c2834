import { beforeEach, describe, expect, it } from 'vitest';

import { createL1Client, type L1Client } from '../../../../shared/l1/l1-client.ts';
import { L1Clock } from '../../../../shared/l1/l1-clock.ts';
import { rollupForEachTest } from '../rollup-for-each-test.ts';
import { POLICY, type RollupOnAnvil } from '../rollup-on-anvil.ts';
import { type Anvil, ANVIL_CHAIN_ID, startAnvil } from '../start-anvil.ts';
import { epochId } from '../../../fixtures/epoch-id.ts';

/** The first URL's node responds and accepts transactions, but no longer follows the chain. */
describe('RootSubmitter, with a first node that lags', () => {
  let live: Anvil;
  let bench: RollupOnAnvil;

  rollupForEachTest((deployed) => ({ anvil: live, bench } = deployed));

  let both: L1Client;
  beforeEach(async () => {
    const stalled = await startAnvil();
    await stalled.rpc('anvil_loadState', await live.rpc('anvil_dumpState'));
    await stalled.mine();
    await live.mine(8);
    both = createL1Client({ rpcUrls: [stalled.url, live.url], chainId: ANVIL_CHAIN_ID });
    return async () => await stalled.stop();
  });

  const warnings = (): unknown[] => bench.lines.filter(({ level }) => level === 'warn');

  it('leaves it, warns once, and gets the root mined by the node that follows the chain', async () => {
    await bench.storeRoot(0, 1, 2);
    const submitter = bench.submitter({ l1: both });
    await submitter.tick();
    await live.mine();
    await submitter.tick();

    expect(await bench.root()).toMatchObject({ state: 'mined', submissions: [{ outcome: 'mined' }] });
    expect(await bench.accepted()).toBe(1);
    expect(warnings()).toMatchObject([
      { hosts: [both.nodes[0]!.host], msg: expect.stringContaining('lag behind') as string },
    ]);
  });

  it('expires the root when the window closes on the live chain', async () => {
    await bench.storeRoot(0, 1, 2);
    await live.rpc('evm_setNextBlockTimestamp', (await bench.root()).deadlineAtMs / 1000);
    await live.mine();
    await bench.submitter({ l1: both }).tick();
    expect((await bench.root()).state).toBe('expired');
  });

  it('sends to every node', async () => {
    await bench.storeRoot(0, 1, 2);
    await bench.submitter({ l1: both }).tick();
    const [sent] = (await bench.root()).submissions;
    for (const { client } of both.nodes) {
      expect(await client.getTransaction({ hash: sent!.transactionHash })).toMatchObject({ nonce: 0 });
    }
  });

  it("submits, and expires nothing, while this machine's clock is beyond the window and L1's is not", async () => {
    await bench.storeRoot(0, 1, 2);
    const { deadlineAtMs } = await bench.root();
    const { timestamp } = await both.nodes[1]!.client.getBlock();
    bench.clock.nowMs = deadlineAtMs + 2 * POLICY.reorgWatchSeconds * 1000;
    const clock = new L1Clock({ nowMs: () => bench.clock.nowMs, steadyMs: () => 0 });
    clock.observe([{ host: both.nodes[1]!.host, blockAtMs: Number(timestamp) * 1000 - 12_000 }]);
    const submitter = bench.submitter({ l1: both, clock });
    await submitter.tick();
    await live.mine();
    await submitter.tick();
    expect(await bench.root()).toMatchObject({ state: 'mined' });
  });

  it('warns while no node has a recent block, and still closes a root whose window is over by the clock', async () => {
    await bench.storeRoot(0, 1, 2);
    const submitter = bench.submitter({ l1: both });
    await submitter.tick();
    bench.clock.nowMs += 400_000;
    await submitter.tick();
    expect((await bench.root()).reason).toMatch(/^no L1 node follows the chain, the newest L1 block, \d+, is of 20/);
    expect(bench.lines).toContainEqual(expect.objectContaining({ level: 'warn', cause: 'l1-stale' }));
    expect((await bench.root()).submissions).toHaveLength(1);

    bench.clock.nowMs = (await bench.root()).deadlineAtMs;
    await submitter.tick();
    expect(await bench.engine.epochs.find(epochId(0))).toMatchObject({ state: 'expired' });
    bench.clock.nowMs += POLICY.reorgWatchSeconds * 1000;
    await submitter.tick();
    expect((await bench.root()).state).toBe('expired');
  });
});
