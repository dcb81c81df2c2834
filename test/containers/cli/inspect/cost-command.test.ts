import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { readCommandLine } from '../../../../containers/cli/command-line/read-command-line.ts';
import { COST_COMMAND } from '../../../../containers/cli/inspect/cost-command.ts';
import { openEmbeddedEngine } from '../../../../shared/engine/embedded/embedded-engine.ts';
import { RangeId } from '../../../../shared/ledger/job-ledger.ts';
import { SEEDED_EPOCH, seedFleet } from '../../../fixtures/seed-fleet.ts';

/** 0.002 ETH. */
const GAS = { gasLimit: '1000000', maxFeePerGasWei: '2000000000', maxPriorityFeePerGasWei: '0' };

describe('coppice cost', () => {
  let workingDirectory: string;
  beforeEach(async () => {
    workingDirectory = mkdtempSync(path.join(tmpdir(), 'coppice-cost-'));
    const engine = openEmbeddedEngine({ dataDirectory: path.join(workingDirectory, 'coppice'), leaseSeconds: 120 });
    await seedFleet({ engine, nowMs: Date.now, elapse: async () => undefined });
    const root = await engine.outbox.store({
      epochId: SEEDED_EPOCH,
      rangeId: RangeId.parse('0xa1'),
      to: '0x01',
      data: '0x',
      deadlineAtMs: Date.now() + 600_000,
    });
    const signed = { transactionHash: '0x02', signedTransaction: '0x', from: '0x03', nonce: 0 } as const;
    await engine.outbox.replace({
      ...root,
      state: 'mined',
      submissions: [{ ...signed, ...GAS, signedAtMs: Date.now(), outcome: 'mined' }],
    });
    await engine.close();
  });
  afterEach(() => rmSync(workingDirectory, { recursive: true }));

  async function cost(flags: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<string> {
    const written: string[] = [];
    const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
    try {
      const argv = ['--data-directory', workingDirectory, ...flags];
      await COST_COMMAND.run(readCommandLine(argv, COST_COMMAND, { environment, workingDirectory }));
    } finally {
      spy.mockRestore();
    }
    return written.join('');
  }

  it('converts gas at the price of ether, given as a flag or a variable', async () => {
    expect(await cost([])).not.toContain('$6.0');
    expect(await cost(['--ether-dollars', '3000'])).toContain('$6.0');
    expect(await cost([], { COPPICE_ETHER_DOLLARS: '3000' })).toContain('$6.0');
  });

  it('refuses a price that is not a number', async () => {
    await expect(cost(['--ether-dollars', 'abc'])).rejects.toThrow(
      "--ether-dollars (COPPICE_ETHER_DOLLARS) must be a number of at least 0; got 'abc'",
    );
  });
});
