import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { type Hex, pad, toHex } from 'viem';
import { afterEach, expect, it } from 'vitest';

import { findRollup, type FoundRollup } from '../../../../containers/broker/l1/find-rollup.ts';
import { InvalidSettingsError } from '../../../../shared/config/errors.ts';
import { WrongL1ChainError } from '../../../../shared/l1/errors.ts';

const REGISTRY = '0x00000000000000000000000000000000000000a1';
const [OLD, NEW] = [
  '0x00000000000000000000000000000000000000b1',
  '0x00000000000000000000000000000000000000b2',
] as const;

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface Said {
  readonly rollup?: Hex;
  readonly chainId?: number;
  readonly behindSeconds?: number;
  readonly block?: number;
}

/** An L1 node whose registry names this rollup; `0x` where the address has no contract. @returns its URL */
async function aNode({ rollup = NEW, chainId = 1, behindSeconds = 0, block = 100 }: Said = {}): Promise<string> {
  const timestamp = toHex(Math.floor(Date.now() / 1000) - behindSeconds);
  const answers: Readonly<Record<string, unknown>> = {
    eth_chainId: toHex(chainId),
    eth_getBlockByNumber: { number: toHex(block), hash: '0x01', timestamp, transactions: [], baseFeePerGas: '0x1' },
    eth_call: rollup === '0x' ? rollup : pad(rollup),
  };
  const server = createServer((request, response) => {
    void json(request).then((call) => {
      const { id, method } = call as { readonly id: number; readonly method: string };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ jsonrpc: '2.0', id, result: answers[method] }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const find = (...rpcUrls: readonly string[]): Promise<FoundRollup> =>
  findRollup({ rpcUrls, chainId: undefined, registry: REGISTRY, version: 'canonical' });

it("finds the registry's rollup, on the chain that the nodes serve", async () => {
  expect(await find(await aNode({ chainId: 11_155_111 }))).toMatchObject({ chainId: 11_155_111, address: NEW });
});

it('does not take the rollup from a first node that no longer follows the chain', async () => {
  const stopped = await aNode({ rollup: OLD, behindSeconds: 86_400, block: 10 });
  expect((await find(stopped, await aNode())).address).toBe(NEW);
});

it('takes none while nodes that follow the chain disagree', async () => {
  await expect(find(await aNode({ rollup: OLD }), await aNode())).rejects.toThrow(
    /^L1 nodes disagree about the rollup/,
  );
});

it('refuses nodes of two chains', async () => {
  await expect(find(await aNode(), await aNode({ chainId: 5 }))).rejects.toThrow(WrongL1ChainError);
});

it('refuses an address that is not a registry, and names the setting', async () => {
  await expect(find(await aNode({ rollup: '0x' }))).rejects.toThrow(InvalidSettingsError);
  await expect(find(await aNode({ rollup: '0x' }))).rejects.toThrow(
    /REGISTRY_CONTRACT_ADDRESS.* is not Aztec's registry/,
  );
});
