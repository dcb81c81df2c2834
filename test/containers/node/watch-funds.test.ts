import { pino } from 'pino';
import { describe, expect, it } from 'vitest';

import { FundsWatch } from '../../../containers/node/watch-funds.ts';

const ADDRESS = `0x${'12'.repeat(20)}` as const;

describe("the watch over the publisher's ether", () => {
  it('warns once when the account cannot pay, and again only after it could', async () => {
    const lines: string[] = [];
    let balanceWei: bigint | undefined = 0n;
    const watch = new FundsWatch({
      l1: {
        getBalance: async () => {
          if (balanceWei === undefined) throw new Error('out of reach');
          return balanceWei;
        },
        getGasPrice: async () => 1_000_000_000n,
      },
      address: ADDRESS,
      log: pino({ level: 'info' }, { write: (line: string) => lines.push(line) }),
    });
    await watch.read();
    await watch.read();
    expect(watch.shortage).toContain(
      `the publisher ${ADDRESS} cannot pay for a submission: it has 0 ETH, and one takes 0.0044 ETH`,
    );
    expect(lines).toHaveLength(1);
    balanceWei = undefined;
    await watch.read();
    expect(watch.shortage).toBeDefined();
    balanceWei = 10n ** 18n;
    await watch.read();
    expect(watch.shortage).toBeUndefined();
    balanceWei = 1n;
    await watch.read();
    expect(lines).toHaveLength(2);
  });
});
