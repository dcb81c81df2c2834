import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { textOf } from '../../../../containers/terminal/line.ts';
import { type ProvenEpoch, renderReport } from '../../../../containers/devnet/report/render-report.ts';
import { renderNextSteps, renderNextStepsOnAws } from '../../../../containers/devnet/report/render-next-steps.ts';
import { type EpochSummary, summariseEpoch } from '../../../../containers/devnet/report/summarise-epoch.ts';
import { openEmbeddedEngine } from '../../../../shared/engine/embedded/embedded-engine.ts';
import type { Engine } from '../../../../shared/engine/engine.ts';
import type { EpochRecord } from '../../../../shared/ledger/epoch-ledger.ts';
import { EPOCH } from '../../../shared/merge-tree/orchestrated-epoch.ts';
import { PlayedEpoch } from '../played-epoch.ts';

const HASH = `0x${'ab'.repeat(32)}` as const;
const PUBLISHER = `0x${'70'.repeat(20)}` as const;
const PROOF = {
  transactionHash: HASH,
  from: PUBLISHER,
  blockNumber: 51,
  minedAtMs: 0,
  gasUsed: 1_234_567n,
  feeWei: 1n,
};

describe('the report of a proven epoch', () => {
  let dataDirectory: string;
  let nowMs = 1_800_000_000_000;
  let engine: Engine;
  let record: EpochRecord;
  let summary: EpochSummary;

  beforeEach(async () => {
    dataDirectory = await mkdtemp(join(tmpdir(), 'coppice-report-'));
    engine = openEmbeddedEngine({ dataDirectory, leaseSeconds: 30, nowMs: () => nowMs });
    const played = await PlayedEpoch.open(engine, { deadlineAtMs: nowMs + 3_600_000 });
    const [first] = await played.queued();
    const lost = await played.claim(first!.id, 'agent-1');
    await engine.jobs.fail(lost, 'failure', 'the prover failed');
    nowMs += 20_000;
    await played.finish(['agent-1', 'agent-1', 'agent-2']);
    nowMs += 4000;
    await played.mine(HASH);
    record = (await engine.epochs.find(EPOCH))!;
    summary = summariseEpoch(record, await engine.jobs.jobsOfEpoch(EPOCH));
  });

  afterEach(async () => {
    await engine.close();
    await rm(dataDirectory, { recursive: true });
  });

  it('sums up the traffic, the time and the proving', () => {
    expect(summary).toMatchObject({
      privateTxs: 2,
      publicTxs: 2,
      l1ToL2Messages: 1,
      toRootMs: 20_000,
      toMinedMs: 24_000,
      jobs: { jobs: 21, provingMs: 21_000 },
      attemptsLost: 1,
    });
  });

  it('counts the jobs of each circuit beside those expected from the shape of the epoch', () => {
    expect(summary.byCircuit.filter(({ jobs, expected }) => jobs !== expected)).toEqual([]);
    expect(summary.byCircuit.find(({ circuit }) => circuit === 'CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP')).toMatchObject({
      jobs: 3,
      expected: 3,
      provingMs: 3000,
    });
    expect(summary.byCircuit.map(({ circuit }) => circuit)).not.toContain('CHECKPOINT_PADDING_ROLLUP');
  });

  it('reports how busy each agent was until the root was proven', () => {
    expect(summary.byAgent).toEqual([
      { agentId: 'agent-1', jobs: 14, provingMs: 14_000, busyShare: 0.7 },
      { agentId: 'agent-2', jobs: 7, provingMs: 7000, busyShare: 0.35 },
    ]);
  });

  it('names the transaction, its gas and its sender', () => {
    const texts = renderReport([{ record, proof: PROOF, summary, isWanted: true }]).map(textOf);
    const report = texts.join('\n');
    expect(report).toContain('Epoch 7 is proven on L1.');
    expect(report).toContain(`${HASH}, submitEpochRootProof`);
    expect(report).toContain(`in L1 block 51, 1,234,567 gas, from our publisher ${PUBLISHER}`);
    expect(report).toMatch(/agent-1 +14 jobs +14 s of proving, busy 70 % of the time/);
  });

  it('prints one line for an epoch without the whole mix of traffic', () => {
    const warmUp = { record, proof: PROOF, summary, isWanted: false };
    const texts = renderReport([warmUp]).map(textOf);
    expect(texts.filter((text) => text.includes('Epoch 7'))).toEqual([
      `Epoch 7, without the whole mix of traffic, was proven as well: 21 jobs, ${HASH}`,
    ]);
  });

  it('marks a circuit with more or fewer proofs than expected', () => {
    const byCircuit = summary.byCircuit.map((total) => ({ ...total, expected: total.expected + 1 }));
    const texts = renderReport([{ record, proof: PROOF, summary: { ...summary, byCircuit }, isWanted: true }]);
    expect(texts.map(textOf).filter((text) => text.endsWith(' expected'))).toHaveLength(byCircuit.length);
  });

  describe('ends with the next steps', () => {
    const proven = (): ProvenEpoch[] => [{ record, proof: PROOF, summary, isWanted: true }];
    const variables = { AWS_ENDPOINT_URL: 'http://localhost:5000', AWS_REGION: 'us-east-1', COPPICE_ENGINE: 'aws' };
    const onAws = (isEmulator: boolean, isKept: boolean): string =>
      renderNextStepsOnAws(proven(), { prefix: 'coppice', variables, isEmulator }, isKept, 'data/run')
        .map(textOf)
        .join('\n');

    it('which are commands for the data directory', () => {
      const text = renderNextSteps(proven(), 'data/run').map(textOf).join('\n');
      expect(text).toContain('npx coppice tree 7 --data-directory data/run');
    });

    it('which have no command for an emulator that ends now', () => {
      expect(onAws(true, false)).not.toContain('npx coppice');
      expect(onAws(true, false)).toContain('--keep');
    });

    it('which set the variables of an emulator that keeps running', () => {
      expect(onAws(true, true)).toContain('export AWS_ENDPOINT_URL=http://localhost:5000');
      expect(onAws(true, true)).toContain('npx coppice tree 7 --engine aws --aws-prefix coppice');
      expect(onAws(true, true)).not.toContain('export COPPICE_ENGINE');
    });

    it('which are only commands for an endpoint that the user named', () => {
      expect(onAws(false, false)).toContain('npx coppice status --engine aws --aws-prefix coppice');
      expect(onAws(false, false)).not.toContain('export');
    });
  });
});
