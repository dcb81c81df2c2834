import { check, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';

import type { ReallyProvenEpoch } from '../../../containers/real-proofs/report/proven-epoch.ts';
import { renderRealProofsPage } from '../../../containers/real-proofs/report/real-proofs-page.ts';
import type { DevnetAgents } from '../../../shared/config/groups/devnet-settings.ts';
import type { JobRecord } from '../../../shared/ledger/job-ledger.ts';
import type { NativeCircuit } from '../../../shared/proving-job/circuit-catalogue.ts';

const MACHINE = { cpu: 'AMD EPYC', cores: 2, memoryMib: 24_105 };
const AT = new Date('2026-02-03T10:11:12Z');

function aJob(circuit: NativeCircuit, settledAtMs: number, provingMs: number): JobRecord {
  return { circuit, state: 'proven', settledAtMs, provingMs } as JobRecord;
}

function aProvenEpoch(agents: DevnetAgents): ReallyProvenEpoch {
  return {
    crs: 'development',
    makers: { node: 'coppice', agents },
    view: { openedAtMs: 1_000, rootAtMs: 601_000 },
    proof: { transactionHash: '0xede7', gasUsed: 2_619_885n, minedAtMs: 700_000 },
    chain: { rollupAddress: '0x3228', verifierAddress: '0xa82f', checkpoint: 1 },
    refusals: ['ShpleminiFailed()', 'SumcheckFailed()'],
    measurements: [{ circuit: 'PARITY_BASE', seconds: 54, peakMemoryMib: 3743, memoryMode: 'low', threads: 2 }],
    jobs: [aJob('ROOT_ROLLUP', 9, 351_440), aJob('PARITY_BASE', 1, 54_700), aJob('PARITY_BASE', 2, 54_249)],
    wallMs: 850_000,
  } as unknown as ReallyProvenEpoch;
}

describe('the page about real proofs', () => {
  it.for<DevnetAgents['kind']>(['coppice', 'official', 'gateway'])(
    'is formatted, with agents of the kind %s',
    async (kind) => {
      const page = renderRealProofsPage(aProvenEpoch({ kind, count: 1 }), MACHINE, AT);

      expect(await check(page, { ...(await resolveConfig('docs/real-proofs.md')), parser: 'markdown' })).toBe(true);
    },
  );

  it('has the longest proof of each circuit, in the order in which they were proven, and the memory of its `bb`', () => {
    const page = renderRealProofsPage(aProvenEpoch({ kind: 'coppice', count: 1 }), MACHINE, AT);

    expect(page).toMatch(
      /\| `PARITY_BASE` +\| +2\^22 \| +2 \| +54\.7 \| +3743 \| low +\|\n\| `ROOT_ROLLUP` +\| +2\^24 \| +1 \| +351\.4 \|/,
    );
    expect(page).toContain('changed: `ShpleminiFailed()`');
    expect(page).toContain('| 10 min ');
  });

  it("says whose agents they were where they are not Coppice's", () => {
    const page = renderRealProofsPage(aProvenEpoch({ kind: 'official', count: 1 }), MACHINE, AT);

    expect(page).toContain("| 1 of Aztec's own, through Coppice's broker ");
    expect(page).not.toContain('MiB');
  });
});
