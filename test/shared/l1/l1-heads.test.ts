import { describe, expect, it } from 'vitest';

import { createL1Client } from '../../../shared/l1/l1-client.ts';
import { judgeHeads, type L1Head } from '../../../shared/l1/l1-heads.ts';

const NOW_MS = 1_800_000_000_000;
const { client } = createL1Client({ rpcUrls: ['http://127.0.0.1:9'], chainId: 1 }).nodes[0]!;

function aHead(host: string, blockNumber: number, ageSeconds = 12): L1Head {
  const blockAtMs = NOW_MS - ageSeconds * 1000;
  return { host, client, blockNumber, blockHash: '0x01', blockAtMs, baseFeePerGasWei: 1n };
}

function judge(...heads: [L1Head, ...L1Head[]]): { usable: string[]; lagging: readonly string[]; isStale: boolean } {
  const { usable, laggingHosts, isStale } = judgeHeads(heads, NOW_MS);
  return { usable: usable.map(({ host }) => host), lagging: laggingHosts, isStale };
}

describe('judgeHeads', () => {
  it("keeps the operator's order among nodes that are a few blocks apart", () => {
    expect(judge(aHead('own', 97), aHead('paid', 100))).toEqual({
      usable: ['own', 'paid'],
      lagging: [],
      isStale: false,
    });
  });

  it('leaves a node that is further behind the best one', () => {
    expect(judge(aHead('own', 96), aHead('paid', 100))).toEqual({ usable: ['paid'], lagging: ['own'], isStale: false });
  });

  it('leaves a node whose block is old, however high its number is', () => {
    expect(judge(aHead('own', 900, 181), aHead('paid', 100))).toEqual({
      usable: ['paid'],
      lagging: ['own'],
      isStale: false,
    });
  });

  it('goes on with the best nodes when none has a recent block, and says so', () => {
    expect(judge(aHead('own', 90, 300), aHead('paid', 100, 200), aHead('third', 99, 210))).toEqual({
      usable: ['paid', 'third'],
      lagging: ['own', 'paid', 'third'],
      isStale: true,
    });
  });

  it.each([
    ['beyond one other', [aHead('paid', 100)]],
    ['beyond two others', [aHead('paid', 100), aHead('third', 101)]],
  ])('leaves a node whose number no chain can have reached, %s', (_what, others) => {
    const hosts = others.map(({ host }) => host);
    for (const made of [aHead('own', 1_000_000), aHead('own', 1_000_000, -9000)]) {
      expect(judge(made, ...others)).toEqual({ usable: hosts, lagging: ['own'], isStale: false });
    }
  });

  it('leaves a node whose number is far below that of two others, however recent its block is', () => {
    const { usable, lagging } = judge(aHead('own', 5), aHead('paid', 1_000), aHead('third', 1_001));
    expect([usable, lagging]).toEqual([['paid', 'third'], ['own']]);
  });

  it('takes a chain whose clock is ahead, as a development chain may be, for recent', () => {
    expect(judge(aHead('own', 5, -9000)).isStale).toBe(false);
  });
});
