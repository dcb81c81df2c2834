import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createL1Client, type L1Client } from '../../../../shared/l1/l1-client.ts';
import { type LyingNode, openLyingNode } from '../lying-node.ts';
import { rollupForEachTest } from '../rollup-for-each-test.ts';
import { POLICY, type RollupOnAnvil } from '../rollup-on-anvil.ts';
import { type Anvil, ANVIL_CHAIN_ID } from '../start-anvil.ts';

const RECEIPT = 'eth_getTransactionReceipt';

describe('RootSubmitter, with a node whose receipts are wrong', () => {
  let anvil: Anvil;
  let bench: RollupOnAnvil;
  let lying: LyingNode;
  let alone: L1Client;

  rollupForEachTest((deployed) => ({ anvil, bench } = deployed));
  beforeEach(async () => {
    lying = await openLyingNode(anvil);
    alone = createL1Client({ rpcUrls: [lying.url], chainId: ANVIL_CHAIN_ID, retries: 0 });
  });
  afterEach(async () => {
    await lying.close();
  });

  it.each<[string, unknown]>([
    ['missing', null],
    ['empty', {}],
  ])('keeps a mined root mined when a receipt is %s', async (_, receipt) => {
    await bench.storeRoot(0, 1, 2);
    const submitter = bench.submitter({ l1: alone });
    await submitter.tick();
    await anvil.mine();
    await submitter.tick();
    expect((await bench.root()).state).toBe('mined');

    lying.lies.set(RECEIPT, () => receipt);
    bench.clock.nowMs += POLICY.l1SlotSeconds * 1000;
    await submitter.tick();
    expect((await bench.root()).state).toBe('mined');
    expect(await bench.engine.incidents.latest(10)).toEqual([]);
  });

  it('keeps a mined root mined while the node is a block behind', async () => {
    await bench.storeRoot(0, 1, 2);
    const submitter = bench.submitter({ l1: alone });
    await submitter.tick();
    const before = (await anvil.rpc('eth_getBlockByNumber', 'latest', false)) as { timestamp: string };
    const minedAtSeconds = Number(before.timestamp) + POLICY.l1SlotSeconds;
    await anvil.rpc('evm_setNextBlockTimestamp', minedAtSeconds);
    await anvil.mine();
    bench.clock.nowMs = minedAtSeconds * 1000;
    await submitter.tick();
    expect((await bench.root()).state).toBe('mined');

    lying.lies.set('eth_getBlockByNumber', (truth, [tag]) => (tag === 'latest' ? before : truth));
    lying.lies.set(RECEIPT, () => null);
    bench.clock.nowMs += POLICY.l1SlotSeconds * 1000;
    await submitter.tick();
    expect((await bench.root()).state).toBe('mined');
  });

  it('takes an empty receipt of a pending transaction for no receipt', async () => {
    await bench.storeRoot(0, 1, 2);
    const submitter = bench.submitter({ l1: alone });
    await submitter.tick();
    lying.lies.set(RECEIPT, () => ({}));
    await submitter.tick();
    expect(await bench.root()).toMatchObject({ state: 'sent' });
    expect((await bench.root()).submissions).toHaveLength(1);
    expect(await bench.engine.incidents.latest(10)).toEqual([]);
  });

  it('does not believe a receipt of a block that is not on the chain', async () => {
    await bench.storeRoot(0, 1, 2);
    const submitter = bench.submitter({ l1: alone });
    await submitter.tick();
    await anvil.mine();
    lying.lies.set(RECEIPT, (truth) => ({ ...(truth as object), blockHash: `0x${'1'.repeat(64)}`, status: '0x0' }));
    await submitter.tick();
    expect(await bench.root()).toMatchObject({ state: 'sent', submissions: [{ nonce: 0 }] });
    lying.lies.clear();
    await anvil.mine();
    await submitter.tick();
    expect((await bench.root()).state).toBe('mined');
  });

  it('finds the receipt at another node before it takes the nonce for lost', async () => {
    const both = createL1Client({ rpcUrls: [lying.url, anvil.url], chainId: ANVIL_CHAIN_ID, retries: 0 });
    await bench.storeRoot(0, 1, 2);
    const submitter = bench.submitter({ l1: both });
    await submitter.tick();
    await anvil.mine(1 + POLICY.nonceConfirmations);
    lying.lies.set(RECEIPT, () => null);
    await submitter.tick();
    expect(await bench.root()).toMatchObject({ state: 'mined', submissions: [{ outcome: 'mined' }] });
  });
});

describe('RootSubmitter, when the ledger fails for one root', () => {
  let anvil: Anvil;
  let bench: RollupOnAnvil;

  rollupForEachTest((deployed) => ({ anvil, bench } = deployed));

  it('goes on with the other roots, and throws that error at the end', async () => {
    await bench.propose(1);
    await bench.storeRoot(0, 1, 2);
    await bench.call('setTips', 3n, 2n);
    await bench.storeRoot(1, 3, 3);
    const { outbox } = bench.engine;
    const submitter = bench.submitter({
      outbox: {
        store: outbox.store.bind(outbox),
        find: outbox.find.bind(outbox),
        open: outbox.open.bind(outbox),
        replace: async (root) => {
          if (root.epoch === 0) throw new Error('Item size has exceeded the maximum allowed size');
          return await outbox.replace(root);
        },
      },
    });
    await expect(submitter.tick()).rejects.toThrow('Item size');
    expect((await bench.root(1)).state).toBe('sent');
    await anvil.mine();
  });
});
