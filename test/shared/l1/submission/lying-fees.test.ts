import { parseGwei } from 'viem';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createL1Client, type L1Client } from '../../../../shared/l1/l1-client.ts';
import { type LyingNode, openLyingNode } from '../lying-node.ts';
import { rollupForEachTest } from '../rollup-for-each-test.ts';
import type { RollupOnAnvil } from '../rollup-on-anvil.ts';
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
});
