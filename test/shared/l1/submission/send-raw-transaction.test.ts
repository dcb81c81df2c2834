import { type Hex, parseGwei } from 'viem';
import { describe, expect, it } from 'vitest';

import { createL1Client } from '../../../../shared/l1/l1-client.ts';
import { sendRawTransaction } from '../../../../shared/l1/submission/send-raw-transaction.ts';
import { rollupForEachTest } from '../rollup-for-each-test.ts';
import type { RollupOnAnvil } from '../rollup-on-anvil.ts';
import { type Anvil, ANVIL_CHAIN_ID } from '../start-anvil.ts';
import { openLyingNode } from '../lying-node.ts';
import { openTcpGate } from '../tcp-gate.ts';

describe('sendRawTransaction', () => {
  let anvil: Anvil;
  let bench: RollupOnAnvil;

  rollupForEachTest((deployed) => ({ anvil, bench } = deployed));

  const signed = async (maxFeeGwei: string, gas = 21_000n): Promise<Hex> =>
    await bench.account.signTransaction({
      type: 'eip1559',
      chainId: ANVIL_CHAIN_ID,
      nonce: 0,
      to: bench.account.address,
      gas,
      maxFeePerGas: parseGwei(maxFeeGwei),
      maxPriorityFeePerGas: parseGwei('1'),
    });

  it('treats a transaction that the node already has as sent', async () => {
    const raw = await signed('20');
    expect(await sendRawTransaction(bench.client, raw)).toBeUndefined();
    expect(await sendRawTransaction(bench.client, raw)).toBeUndefined();
    await anvil.mine();
    expect(await bench.minedNonce()).toBe(1);
  });

  it('reports that fees are too low, for a cheap replacement and for a fee below the base fee', async () => {
    await sendRawTransaction(bench.client, await signed('20'));
    expect(await sendRawTransaction(bench.client, await signed('19'))).toMatchObject({ isAboutFees: true });
    await anvil.rpc('anvil_dropAllTransactions');
    await anvil.rpc('anvil_setNextBlockBaseFeePerGas', `0x${parseGwei('50').toString(16)}`);
    await anvil.mine();
    expect(await sendRawTransaction(bench.client, await signed('20'))).toMatchObject({ isAboutFees: true });
  });

  it('returns the words of the node when higher fees would not help', async () => {
    await sendRawTransaction(bench.client, await signed('200'));
    await anvil.mine();
    const tooLow = await sendRawTransaction(bench.client, await signed('400'));
    expect(tooLow).toEqual({ isAboutFees: false, message: 'nonce too low' });
    await anvil.rpc('anvil_setBalance', bench.account.address, '0x1');
    await anvil.rpc('anvil_setNonce', bench.account.address, '0x0');
    const poor = await sendRawTransaction(bench.client, await signed('400', 22_000n));
    expect(poor).toMatchObject({ isAboutFees: false });
    expect(poor?.message.toLowerCase()).toContain('insufficient funds');
  });

  it.each([
    'tx fee (1.32 ether) exceeds the configured cap (1.00 ether)',
    'tx fee (2.00 ether) exceeds the configured cap (1.00 ether)',
    'Transaction fee cap exceeded',
  ])('takes "%s" for a refusal of too high fees', async (message) => {
    const node = await openLyingNode(anvil);
    node.lies.set('eth_sendRawTransaction', () => {
      throw new Error(message);
    });
    const l1 = createL1Client({ rpcUrls: [node.url], chainId: ANVIL_CHAIN_ID, retries: 0 });
    expect(await sendRawTransaction(l1, await signed('20'))).toEqual({ isAboutFees: true, isTooMuch: true, message });
    await node.close();
  });

  it('throws when no node answers, because one may have the transaction', async () => {
    const gate = await openTcpGate(anvil.port);
    await gate.close();
    const l1 = createL1Client({ rpcUrls: [gate.url], chainId: ANVIL_CHAIN_ID, retries: 0 });
    await expect(sendRawTransaction(l1, await signed('20'))).rejects.toThrow('HTTP request failed');
  });
});
