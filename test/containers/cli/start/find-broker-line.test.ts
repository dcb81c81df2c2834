import { pino } from 'pino';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { type Hex, pad, size, toFunctionSelector, toHex } from 'viem';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { findBrokerLine, RollupChangedError } from '../../../../containers/cli/start/find-broker-line.ts';
import { Secret } from '../../../../shared/config/secret.ts';
import type { FleetLine } from '../../../../shared/proving-job/fleet-line.ts';
import { openStreamedEpoch } from '../../../../shared/ledger/streamed-epoch.ts';
import { makeRollupId, type RollupId } from '../../../../shared/proving-job/epoch-id.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../../contract/embedded-harness.ts';
import { epochId } from '../../../fixtures/epoch-id.ts';

const REGISTRY = '0x00000000000000000000000000000000000000a1';
const [ONE, TWO] = ['1', '2'].map((digit): Hex => `0x${digit.repeat(40)}`) as [Hex, Hex];
const [SERVED, OTHER] = [makeRollupId(1, ONE), makeRollupId(1, TWO)];
const [GET_CANONICAL, GET_VERSION] = ['getCanonicalRollup()', 'getVersion()'].map((call) =>
  toFunctionSelector(`function ${call}`),
) as [Hex, Hex];

describe('the line of a broker', () => {
  let harness: EmbeddedHarness;
  /** The address that the registry names; `undefined` while L1 is out of reach. */
  let named: Hex | undefined;
  /** The rollups that the registry has, by their version from 1 on. */
  let listed: readonly Hex[];
  const running = new AbortController().signal;
  const server = createServer((request, response) => {
    void json(request).then((call) => {
      const { id, method, params } = call as {
        readonly id: number;
        readonly method: string;
        readonly params: readonly [{ readonly to: Hex; readonly data: Hex }];
      };
      if (named === undefined) {
        response.writeHead(503).end();
        return;
      }
      const timestamp = toHex(Math.floor(Date.now() / 1000));
      const answers: Readonly<Record<string, unknown>> = {
        eth_chainId: '0x1',
        eth_getBlockByNumber: { number: '0x64', hash: '0x01', timestamp, transactions: [], baseFeePerGas: '0x1' },
        eth_call: method === 'eth_call' ? answerOf(params[0], named) : undefined,
      };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ jsonrpc: '2.0', id, result: answers[method] }));
    });
  });

  function answerOf({ to, data }: { readonly to: Hex; readonly data: Hex }, canonical: Hex): Hex {
    if (data === GET_VERSION) {
      const version = listed.indexOf(to) + 1;
      return version === 0 ? '0x' : toHex(version, { size: 32 });
    }
    const isRegistry = to === REGISTRY && data !== GET_CANONICAL && size(data) === 36;
    return pad(isRegistry ? (listed[Number(`0x${data.slice(10)}`) - 1] ?? '0x00') : canonical, { size: 32 });
  }

  beforeEach(async () => {
    harness = await openEmbeddedHarness();
    named = undefined;
    listed = [ONE, TWO];
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await harness.close();
  });

  function find({
    signal = running,
    networkVersion = '6.0.0',
    ...settings
  }: {
    readonly signal?: AbortSignal;
    readonly networkVersion?: string;
    readonly rollupVersion?: number;
    readonly lines?: readonly FleetLine[];
  } = {}): ReturnType<typeof findBrokerLine> {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return findBrokerLine(
      {
        l1RpcUrls: [new Secret(url)],
        l1ChainId: undefined,
        registryAddress: REGISTRY,
        rollupVersion: 'canonical',
        ...settings,
      },
      networkVersion,
      { ...harness.engine, log: pino({ level: 'silent' }), signal, registryMs: 1 },
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
    named = ONE;
    await found?.confirm?.(running);
    [named, listed] = [TWO, [TWO]];
    await expect(found?.confirm?.(running)).rejects.toThrow(RollupChangedError);
  });

  it.each([
    ['no epoch', []],
    ['epochs of two rollups', [SERVED, OTHER]],
  ])('waits for L1 where the ledger has %s of the version', async (_what, rollups) => {
    for (const rollup of rollups) await haveEpoch(rollup);
    const stop = new AbortController();
    const finding = find({ signal: stop.signal });
    stop.abort();
    expect(await finding).toBeUndefined();
  });

  it('stays that of its epochs when the network has gone on to another', async () => {
    await haveEpoch(SERVED);
    named = TWO;
    const found = await find();
    expect(found).toMatchObject({ rollup: SERVED });
    expect(found?.confirm).toBeUndefined();
    expect(await found?.readCanonical?.()).toBe(OTHER);
  });

  it('is the canonical one where those epochs are of another network, whose registry does not list it', async () => {
    await haveEpoch(SERVED);
    [named, listed] = [TWO, [TWO]];
    expect(await find()).toMatchObject({ rollup: OTHER });
  });

  it('is noted with the first epoch, for the line and whatever its patch', async () => {
    named = ONE;
    const lines = (version: string): readonly FleetLine[] => [{ name: 'v6', version }];
    await (await find({ lines: lines('6.0.0') }))?.keep?.();
    named = TWO;
    expect(await find({ lines: lines('6.0.0') })).toMatchObject({ rollup: SERVED });
    expect(await find({ networkVersion: '6.0.1', lines: lines('6.0.1') })).toMatchObject({ rollup: SERVED });
    expect(await find({ networkVersion: '7.0.0', lines: [{ name: 'v7', version: '7.0.0' }] })).toMatchObject({
      rollup: OTHER,
    });
  });

  it('is the one that the settings name, whatever was noted', async () => {
    named = ONE;
    await (await find())?.keep?.();
    expect(await find({ rollupVersion: 2 })).toMatchObject({ rollup: OTHER });
    expect((await find({ rollupVersion: 2 }))?.confirm).toBeUndefined();
  });

  it('changes with the registry as long as it has no epoch', async () => {
    named = ONE;
    const [early, begun] = [await find(), await find()];
    const confirmed = begun?.confirm?.(running);
    await begun?.keep?.();
    await confirmed;
    named = TWO;
    await expect(early?.keep?.()).rejects.toThrow(RollupChangedError);
    await expect(early?.confirm?.(running)).rejects.toThrow(
      /L1 names the rollup 1-0x2{40}, and the broker was started for 1-0x1{40}: start it again/,
    );
  });
});
