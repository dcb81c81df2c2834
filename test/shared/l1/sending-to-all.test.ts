import { type Hex, parseGwei } from 'viem';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createL1Client, type L1Client } from '../../../shared/l1/l1-client.ts';
import { sendRawTransaction } from '../../../shared/l1/submission/send-raw-transaction.ts';
import { type LyingNode, openLyingNode } from './lying-node.ts';
import { rollupForEachTest } from './rollup-for-each-test.ts';
import type { RollupOnAnvil } from './rollup-on-anvil.ts';
import { type Anvil, ANVIL_CHAIN_ID } from './start-anvil.ts';

describe('sending to all nodes', () => {
  let anvil: Anvil;
  let bench: RollupOnAnvil;
  let refusing: LyingNode;
  let l1: L1Client;
  let raw: Hex;

  rollupForEachTest((deployed) => ({ anvil, bench } = deployed));

  beforeEach(async () => {
    refusing = await openLyingNode(anvil);
    refusing.lies.set('eth_sendRawTransaction', () => {
      throw new Error('tx fee (1.32 ether) exceeds the configured cap (1.00 ether)');
    });
    l1 = createL1Client({ rpcUrls: [refusing.url, anvil.url], chainId: ANVIL_CHAIN_ID, retries: 0 });
    raw = await bench.account.signTransaction({
      type: 'eip1559',
      chainId: ANVIL_CHAIN_ID,
      nonce: 0,
      to: bench.account.address,
      gas: 21_000n,
      maxFeePerGas: parseGwei('20'),
      maxPriorityFeePerGas: parseGwei('1'),
    });
  });
  afterEach(async () => {
    await refusing.close();
  });

  it('succeeds when one node accepts, and tries the others too', async () => {
    expect(await sendRawTransaction(l1, raw)).toBeUndefined();
    expect(refusing.asked.get('eth_sendRawTransaction')).toBe(1);
    await anvil.mine();
    expect(await bench.minedNonce()).toBe(1);
  });

  it('reports the refusals of all nodes together', async () => {
    await anvil.rpc('anvil_setNonce', bench.account.address, '0x5');
    const refusal = await sendRawTransaction(l1, raw);
    expect(refusal?.message).toBe('tx fee (1.32 ether) exceeds the configured cap (1.00 ether); nonce too low');
  });

  it('reports the refusal of one node while another one does not respond', async () => {
    const rpcUrls = ['http://127.0.0.1:9', refusing.url];
    const refusal = await sendRawTransaction(createL1Client({ rpcUrls, chainId: ANVIL_CHAIN_ID, retries: 0 }), raw);
    expect(refusal?.message).toContain('exceeds the configured cap');
  });
});
