import { pino } from 'pino';
import { describe, expect, it } from 'vitest';

import { measureLag, type MeasureLagDeps } from '../../../containers/node/measure-lag.ts';

const AT_MS = 1_800_000_000_000;

describe('the lag of the node', () => {
  async function measured(readUntilMs: MeasureLagDeps['readUntilMs']): Promise<readonly unknown[]> {
    const seen: unknown[] = [];
    await measureLag({
      readUntilMs,
      metrics: { record: (name, value) => void seen.push([name, value]) },
      nowMs: () => AT_MS,
      log: pino({ level: 'silent' }),
    });
    return seen;
  }

  it('is the age of the newest L1 block that it has read', async () => {
    expect(await measured(async () => Promise.resolve(AT_MS - 42_000))).toEqual([['NodeLagSeconds', 42]]);
  });

  it("is zero where L1's clock is ahead of ours", async () => {
    expect(await measured(async () => Promise.resolve(AT_MS + 5_000))).toEqual([['NodeLagSeconds', 0]]);
  });

  it('is not recorded before the first block, nor when it cannot be read', async () => {
    expect(await measured(async () => Promise.resolve(undefined))).toEqual([]);
    expect(await measured(async () => Promise.reject(new Error('closed')))).toEqual([]);
  });
});
