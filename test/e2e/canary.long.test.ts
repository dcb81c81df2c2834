import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { decodeFunctionData, parseTransaction } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openFamily } from '../../containers/agent/families/canary-family.ts';
import { ProofFailedError } from '../../containers/agent/families/prover-family.ts';
import { defaultCrsPath } from '../../shared/crs/crs-path.ts';
import { mergeInputs } from '../../shared/canary/canary-inputs.ts';
import { encodeCanaryProof, parseCanaryProof } from '../../shared/canary/canary-proof.ts';
import { CANARY_ROLLUP_ABI } from '../../shared/canary/canary-rollup.ts';
import { canaryVersion } from '../../shared/canary/circuit-artifact.ts';
import { developmentKeys } from '../../shared/canary/development-keys.ts';
import { fieldOf } from '../../shared/canary/field.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import { openEngine } from '../../shared/engine/open-engine.ts';
import type { EpochRecord } from '../../shared/ledger/epoch-ledger.ts';
import type { JobRecord } from '../../shared/ledger/job-ledger.ts';
import { expectedTree } from '../../shared/merge-tree/expected/tree-of-shape.ts';
import { checkTrace } from '../../shared/merge-tree/progress/trace-check.ts';
import { Trace } from '../../shared/merge-tree/progress/trace.ts';
import { DevnetRun } from './devnet-run.ts';

const LEAVES = 4;

describe(`coppice canary of ${LEAVES} leaves, on the embedded engine, with real proofs`, () => {
  let directory: string;
  let run: DevnetRun;
  let exitCode: number | null;
  let engine: Engine;
  let epoch: EpochRecord;
  let jobs: readonly JobRecord[];

  beforeAll(async () => {
    directory = mkdtempSync(path.join(tmpdir(), 'coppice-canary-'));
    run = new DevnetRun(['--leaves', String(LEAVES), '--work', '1', '--data-directory', directory], 'canary');
    exitCode = await run.exitCode();
    engine = await openEngine({
      engine: 'embedded',
      dataDirectory: path.join(directory, 'coppice'),
      leaseSeconds: 30,
    });
    const [newest] = await engine.epochs.latest(1);
    if (newest === undefined) throw new Error(`no epoch: ${run.output}`);
    epoch = newest;
    jobs = await engine.jobs.jobsOfEpoch(epoch.id);
  });

  afterAll(async () => {
    run.killAll();
    await engine.close();
    rmSync(directory, { recursive: true, force: true });
  });

  it('proves the tree, and L1 verifies its root', async () => {
    expect({ exitCode, output: run.output }).toMatchObject({ exitCode: 0 });
    expect(epoch).toMatchObject({ state: 'proven', networkVersion: canaryVersion('development') });
    const check = checkTrace(new Trace(jobs, epoch.rangeId), expectedTree(epoch.shape!));
    expect(check).toMatchObject({ isComplete: true, depth: 1 + Math.ceil(Math.log2(LEAVES)), root: epoch.rootJobId });

    const root = await engine.outbox.find(epoch.id);
    expect(root).toMatchObject({ state: 'mined', contract: 'canary-rollup' });
    const mined = root?.submissions.find(({ outcome }) => outcome === 'mined');
    expect(mined?.transactionHash).toBe(epoch.transactionHash);
    const { data, to } = parseTransaction(mined?.signedTransaction ?? '0x');
    expect(to).toBe(root?.to);
    expect(decodeFunctionData({ abi: CANARY_ROLLUP_ABI, data: data ?? '0x' })).toMatchObject({
      functionName: 'submitRoot',
      args: [expect.anything(), fieldOf(1), expect.anything(), BigInt(LEAVES), expect.anything()],
    });
  });

  it('says what its proofs are worth, and what the fleet does: per circuit, agent, job and hour', () => {
    expect(run.output).toContain(`Canary epoch ${epoch.epoch} is verified on L1.`);
    expect(run.output).toContain('INSECURE development CRS');
    for (const circuit of ['CANARY_LEAF', 'CANARY_MERGE', 'CANARY_ROOT']) {
      expect(run.output).toMatch(new RegExp(`${circuit} +\\d+ +[\\d.]+ s +[\\d.]+ s`));
    }
    expect(run.output).toMatch(/agent-1 .*bb busy [\d.]+ %/);
    expect(run.output).toMatch(/queue +median .* per job/);
    expect(run.output).toMatch(/store +median .* per job/);
    expect(run.output).toMatch(/dollars +\$[\d.]+/);
    expect(run.output).toMatch(/rate +about [\d,]+ leaves an hour/);
  });

  it('leaves none of the processes running that it started', () => {
    // The launcher, the command, anvil and its keeper, an agent with its prover and bb.
    expect(run.seen.length).toBeGreaterThanOrEqual(6);
    expect(run.stillAlive()).toEqual([]);
  });

  it('cannot merge a leaf that was altered on the way', async () => {
    const keys = developmentKeys(1);
    const leaves = jobs.filter(({ circuit }) => circuit === 'CANARY_LEAF');
    const proofs = await Promise.all(
      leaves.map(async ({ proof }) => {
        if (proof === undefined) throw new Error('a leaf is not proven');
        return parseCanaryProof('CANARY_LEAF', await engine.proofs.get(proof));
      }),
    );
    const first = proofs.find(({ statement }) => statement.from === fieldOf(1));
    const second = proofs.find(({ statement }) => statement.from === first?.statement.to);
    if (keys === undefined || first === undefined || second === undefined) throw new Error('two leaves and their keys');
    const elsewhere = { ...second, statement: { ...second.statement, from: fieldOf(666) } };
    const crsPath = process.env['CRS_PATH'] ?? defaultCrsPath('development');
    const family = await openFamily({ crs: 'development', crsPath });

    const merged = family.prove(
      'CANARY_MERGE',
      mergeInputs(encodeCanaryProof(first), encodeCanaryProof(elsewhere), keys),
    );

    await expect(merged).rejects.toThrow(ProofFailedError);
    await expect(merged).rejects.toThrow('the circuit rejects these inputs');
  });
});
