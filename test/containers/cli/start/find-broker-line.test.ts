import { pino } from 'pino';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { pad, toHex } from 'viem';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { findBrokerLine, RollupChangedError } from '../../../../containers/cli/start/find-broker-line.ts';
import { Secret } from '../../../../shared/config/secret.ts';
import { openStreamedEpoch } from '../../../../shared/ledger/streamed-epoch.ts';
import { makeRollupId, type RollupId } from '../../../../shared/proving-job/epoch-id.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../../contract/embedded-harness.ts';
import { epochId } from '../../../fixtures/epoch-id.ts';

const REGISTRY = '0x00000000000000000000000000000000000000a1';
const [SERVED, OTHER] = [1, 2].map((digit) => makeRollupId(1, `0x${String(digit).repeat(40)}`)) as [RollupId, RollupId];

describe('the line of a broker', () => {
  let harness: EmbeddedHarness;
  /** The address that the registry names; `undefined` while L1 is out of reach. */
  let named: `0x${string}` | undefined;
  const running = new AbortController().signal;
  const server = createServer((request, response) => {
    void json(request).then((call) => {
      const { id, method } = call as { readonly id: number; readonly method: string };
      if (named === undefined) {
        response.writeHead(503).end();
        return;
      }
      const timestamp = toHex(Math.floor(Date.now() / 1000));
      const answers: Readonly<Record<string, unknown>> = {
        eth_chainId: '0x1',
        eth_getBlockByNumber: { number: '0x64', hash: '0x01', timestamp, transactions: [], baseFeePerGas: '0x1' },
        eth_call: pad(named),
      };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ jsonrpc: '2.0', id, result: answers[method] }));
    });
  });

  beforeEach(async () => {
    harness = await openEmbeddedHarness();
    named = undefined;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await harness.close();
  });

  function find(signal = running): ReturnType<typeof findBrokerLine> {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return findBrokerLine(
      { l1RpcUrls: [new Secret(url)], l1ChainId: undefined, registryAddress: REGISTRY, rollupVersion: 'canonical' },
      '6.0.0',
      { epochs: harness.engine.epochs, log: pino({ level: 'silent' }), signal },
    );
  }

  async function haveEpoch(rollup: RollupId, networkVersion = '6.0.0'): Promise<void> {
    const id = epochId(7, rollup);
    await openStreamedEpoch(
      harness.engine.epochs,
      { id, networkVersion, readDeadlineAtMs: async () => undefined },
      harness.nowMs(),
    );
  }

  it("is that of the ledger's epochs while L1 is out of reach, until L1 says otherwise", async () => {
    await haveEpoch(SERVED);
    await haveEpoch(OTHER, '5.2.0');
    const found = await find();
    expect(found).toMatchObject({ rollup: SERVED });
    named = `0x${'1'.repeat(40)}`;
    await found?.confirm?.(running);
    named = `0x${'2'.repeat(40)}`;
    await expect(found?.confirm?.(running)).rejects.toThrow(RollupChangedError);
  });

  it.each([
    ['no epoch', []],
    ['epochs of two rollups', [SERVED, OTHER]],
  ])('waits for L1 where the ledger has %s of the version', async (_what, rollups) => {
    for (const rollup of rollups) await haveEpoch(rollup);
    const stop = new AbortController();
    const finding = find(stop.signal);
    stop.abort();
    expect(await finding).toBeUndefined();
  });

  it('is that of L1 where L1 responds', async () => {
    await haveEpoch(SERVED);
    named = `0x${'2'.repeat(40)}`;
    const found = await find();
    expect(found).toMatchObject({ rollup: OTHER });
    expect(found?.confirm).toBeUndefined();
  });
});
