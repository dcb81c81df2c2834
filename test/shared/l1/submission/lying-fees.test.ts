import { type Hex, parseGwei, parseTransaction } from 'viem';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createL1Client, type L1Client } from '../../../../shared/l1/l1-client.ts';
import { type LyingNode, openLyingNode } from '../lying-node.ts';
import { rollupForEachTest } from '../rollup-for-each-test.ts';
import { POLICY, type RollupOnAnvil } from '../rollup-on-anvil.ts';
import { type Anvil, ANVIL_CHAIN_ID } from '../start-anvil.ts';

const ABSURD_WEI = '0x15d3ef79800';

describe('RootSubmitter, with a node that lies about fees', () => {
  let anvil: Anvil;
  let bench: RollupOnAnvil;
  let lying: LyingNode;
  let both: L1Client;

  rollupForEachTest((deployed) => ({ anvil, bench } = deployed));
  beforeEach(async () => {
    lying = await openLyingNode(anvil);
    both = createL1Client({ rpcUrls: [lying.url, anvil.url], chainId: ANVIL_CHAIN_ID, retries: 0 });
  });
  afterEach(async () => {
    await lying.close();
  });

  it('does not pay an absurd priority fee', async () => {
    lying.lies.set('eth_maxPriorityFeePerGas', () => ABSURD_WEI);
    await bench.storeRoot(0, 1, 2);
    await bench.submitter({ l1: both }).tick();
    const [sent] = (await bench.root()).submissions;
    // A block may have been paid 1 gwei by the calls of the test; an estimate may be three times that, and a fifth is added.
    expect(BigInt(sent!.maxPriorityFeePerGasWei)).toBeLessThanOrEqual(parseGwei('3.6'));
    await anvil.mine();
  });

  it('does not hold a root back for a base fee that no other node has seen', async () => {
    lying.lies.set('eth_feeHistory', (truth) => {
      const { baseFeePerGas, ...rest } = truth as { baseFeePerGas: string[] };
      return { ...rest, baseFeePerGas: baseFeePerGas.map(() => '0x9184e72a000') };
    });
    await bench.storeRoot(0, 1, 2);
    await bench.submitter({ l1: both }).tick();
    expect((await bench.root()).state).toBe('sent');
    await anvil.mine();
  });

  describe('and refuses what costs more than its cap', () => {
    const CAP = 'tx fee (1.32 ether) exceeds the configured cap (1.00 ether)';
    let alone: L1Client;

    beforeEach(async () => {
      await anvil.rpc('anvil_setBalance', bench.account.address, '0x56bc75e2d63100000');
      alone = createL1Client({ rpcUrls: [lying.url], chainId: ANVIL_CHAIN_ID, retries: 0 });
      lying.lies.set('eth_sendRawTransaction', (_, [raw]) => {
        const { maxFeePerGas = 0n } = parseTransaction(raw as Hex);
        if (maxFeePerGas > parseGwei('50')) throw new Error(CAP);
        return anvil.rpc('eth_sendRawTransaction', raw);
      });
      await anvil.rpc('anvil_setNextBlockBaseFeePerGas', `0x${parseGwei('300').toString(16)}`);
      await bench.storeRoot(0, 1, 2);
    });

    it('makes the transaction anew at its nonce once gas is cheaper', async () => {
      const submitter = bench.submitter({ l1: alone });
      await submitter.tick();
      await submitter.tick();
      expect(await bench.root()).toMatchObject({ state: 'sent', reason: expect.stringContaining(CAP) as string });

      await anvil.rpc('anvil_setNextBlockBaseFeePerGas', `0x${parseGwei('1').toString(16)}`);
      bench.clock.nowMs += POLICY.stallSeconds * 1000;
      await submitter.tick();
      await anvil.mine();
      await submitter.tick();
      expect(await bench.root()).toMatchObject({
        state: 'mined',
        submissions: [
          { nonce: 0, outcome: 'replaced' },
          { nonce: 0, outcome: 'mined' },
        ],
      });
    });

    it('frees the account when the window is over, in few words', async () => {
      const submitter = bench.submitter({ l1: alone });
      await submitter.tick();
      await submitter.tick();
      const { deadlineAtMs } = await bench.root();
      await anvil.rpc('evm_setNextBlockTimestamp', deadlineAtMs / 1000);
      await anvil.mine();
      await submitter.tick();
      const { state, reason, submissions } = await bench.root();
      expect({ state, outcomes: submissions.map(({ outcome }) => outcome) }).toEqual({
        state: 'expired',
        outcomes: ['dropped'],
      });
      expect(reason?.length).toBeLessThan(400);
    });
  });
});
