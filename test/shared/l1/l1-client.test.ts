import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Secret } from '../../../shared/config/secret.ts';
import { L1UnreachableError, WrongL1ChainError } from '../../../shared/l1/errors.ts';
import { checkL1Chain, createL1Client } from '../../../shared/l1/l1-client.ts';
import { type Anvil, ANVIL_CHAIN_ID, startAnvil } from './start-anvil.ts';
import { openTcpGate, type TcpGate } from './tcp-gate.ts';

describe('createL1Client', () => {
  let anvil: Anvil;
  let gate: TcpGate;

  beforeAll(async () => {
    anvil = await startAnvil();
    gate = await openTcpGate(anvil.port);
  });
  afterAll(async () => {
    await gate.close();
    await anvil.stop();
  });

  it('uses the next URL when one refuses the connection, and the first again when it is back', async () => {
    const client = createL1Client({ rpcUrls: [gate.url, anvil.url], chainId: ANVIL_CHAIN_ID, retries: 0 });
    await gate.close();
    expect(await client.getChainId()).toBe(ANVIL_CHAIN_ID);
    await gate.open();
    const onlyGate = createL1Client({ rpcUrls: [gate.url], chainId: ANVIL_CHAIN_ID, retries: 0 });
    expect(await onlyGate.getChainId()).toBe(ANVIL_CHAIN_ID);
  });

  it('uses the next URL when one accepts the request but does not answer', async () => {
    const silent = await openTcpGate(anvil.port);
    silent.hang();
    const rpcUrls = [silent.url, anvil.url];
    const client = createL1Client({ rpcUrls, chainId: ANVIL_CHAIN_ID, timeoutSeconds: 3, retries: 0 });
    expect(await client.getBlockNumber()).toBeGreaterThanOrEqual(0n);
    await silent.close();
  });

  it('fails requests to its first URL alone while a drill says so', async () => {
    let fails = true;
    let succeeded = 0;
    const faults = { failsNow: () => fails, succeeded: () => void (succeeded += 1) };
    const options = { chainId: ANVIL_CHAIN_ID, retries: 0, faults };
    const two = createL1Client({ ...options, rpcUrls: [anvil.url, gate.url] });
    expect(await two.getChainId()).toBe(ANVIL_CHAIN_ID);
    const one = createL1Client({ ...options, rpcUrls: [anvil.url] });
    await expect(one.getChainId()).rejects.toThrow('a drill makes this request fail');
    await expect(two.nodes[0]!.client.getChainId()).rejects.toThrow('a drill makes this request fail');
    expect(succeeded).toBe(0);
    fails = false;
    expect(await one.getChainId()).toBe(ANVIL_CHAIN_ID);
    expect(succeeded).toBe(1);
  });

  it('reaches a URL with a user and a password', async () => {
    const authorizations: unknown[] = [];
    const proxy = createServer((request, response) => {
      authorizations.push(request.headers.authorization);
      response.setHeader('content-type', 'application/json').end('{"jsonrpc":"2.0","id":1,"result":"0x7a69"}');
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    try {
      const url = `http://op:hunter2@127.0.0.1:${(proxy.address() as AddressInfo).port}`;
      const client = createL1Client({ rpcUrls: [new Secret(url)], chainId: ANVIL_CHAIN_ID, retries: 0 });
      expect(await client.getChainId()).toBe(ANVIL_CHAIN_ID);
      expect(authorizations).toEqual([`Basic ${Buffer.from('op:hunter2').toString('base64')}`]);
    } finally {
      proxy.close();
    }
  });

  it('shows only the hosts of its URLs: in errors, in their causes, and in itself', async () => {
    const port = new URL(gate.url).port;
    await gate.close();
    const rpcUrls = [
      `http://user:password-of-mine@127.0.0.1:${port}/v3/key-in-path`,
      new Secret(`http://127.0.0.1:${port}/?apikey=key-in-query`),
    ];
    const client = createL1Client({ rpcUrls, chainId: ANVIL_CHAIN_ID, retries: 0 });
    const failure: unknown = await client.getBlock().catch((error: unknown) => error);
    await gate.open();

    expect(failure).toBeInstanceOf(Error);
    expect(inspect(failure)).toContain(`127.0.0.1:${port}`);
    for (const shown of [failure, client].map((value) => inspect(value, { depth: 20, showHidden: true }))) {
      expect(shown).not.toMatch(/password-of-mine|key-in-path|key-in-query/);
    }
  });

  it('masks the URL when the node answers with an error, too', async () => {
    const client = createL1Client({ rpcUrls: [`${anvil.url}/?apikey=key-in-query`], chainId: ANVIL_CHAIN_ID });
    const failure: unknown = await client
      .request({ method: 'eth_getBlockByNumber', params: ['no block' as 'latest', false] })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    expect(inspect(failure, { depth: 20, showHidden: true })).not.toContain('key-in-query');
  });
});

describe('checkL1Chain', () => {
  let anvil: Anvil;

  beforeAll(async () => {
    anvil = await startAnvil();
  });
  afterAll(async () => {
    await anvil.stop();
  });

  it('returns the hosts that do not answer, when another does', async () => {
    const gate = await openTcpGate(anvil.port);
    await gate.close();
    const rpcUrls = [anvil.url, `${gate.url}/key`];
    expect(await checkL1Chain(createL1Client({ rpcUrls, chainId: ANVIL_CHAIN_ID, retries: 0 }))).toEqual([
      new URL(gate.url).host,
    ]);
  });

  it('refuses a URL of another chain', async () => {
    const host = new URL(anvil.url).host;
    const checking = checkL1Chain(createL1Client({ rpcUrls: [`${anvil.url}/?apikey=key`], chainId: 1 }));
    await expect(checking).rejects.toThrow(WrongL1ChainError);
    await expect(checking).rejects.toThrow(
      `the L1 RPC at ${host} serves chain 31337, not 1: correct the RPC URLs or the L1 chain id`,
    );
  });

  it('fails with the hosts it tried when none answers', async () => {
    const gate = await openTcpGate(anvil.port);
    await gate.close();
    const checking = checkL1Chain(
      createL1Client({ rpcUrls: [`${gate.url}/key`], chainId: ANVIL_CHAIN_ID, retries: 0 }),
    );
    await expect(checking).rejects.toThrow(L1UnreachableError);
    await expect(checking).rejects.toThrow(
      `no L1 RPC answered (${new URL(gate.url).host}): check that one of them is up and reachable`,
    );
  });
});
