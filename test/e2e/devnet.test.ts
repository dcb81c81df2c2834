import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { keccak256, parseTransaction, recoverTransactionAddress } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { anvilAccount } from '../../containers/local-l1/devnet-accounts.ts';
import { type DevnetManifest, readManifest } from '../../containers/devnet/devnet-manifest.ts';
import { openEmbeddedEngine } from '../../shared/engine/embedded/embedded-engine.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import { decodeRootCall } from '../../shared/l1/verdict/decode-root-call.ts';
import type { EpochRecord } from '../../shared/ledger/epoch-ledger.ts';
import type { JobRecord } from '../../shared/ledger/job-ledger.ts';
import { checkpointsOf } from '../../shared/proving-job/epoch-shape.ts';
import { expectedCounts } from '../../shared/merge-tree/expected/expected-counts.ts';
import { expectedTree } from '../../shared/merge-tree/expected/tree-of-shape.ts';
import { checkTrace } from '../../shared/merge-tree/progress/trace-check.ts';
import { Trace } from '../../shared/merge-tree/progress/trace.ts';
import { DevnetRun } from './devnet-run.ts';
import { findKeyLeaks } from './find-key-leaks.ts';
import { type ConsoleScene, watchInConsole } from './watch-in-console.ts';

const AGENTS = ['agent-1', 'agent-2'];

describe('npm start', () => {
  let dataDirectory: string;
  let run: DevnetRun;
  let exitCode: number | null;
  let scene: ConsoleScene;
  let manifest: DevnetManifest;
  let engine: Engine;
  /** The epoch that the report is about. */
  let epoch: EpochRecord;
  let jobs: readonly JobRecord[];
  const cleanUps: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    dataDirectory = await mkdtemp(join(tmpdir(), 'coppice-devnet-'));
    cleanUps.push(() => rm(dataDirectory, { recursive: true, force: true }));
    run = new DevnetRun(['--epochs', '1', '--agents', '2', '--data-directory', dataDirectory]);
    cleanUps.push(async () => run.killAll());
    [scene, exitCode] = await Promise.all([watchInConsole(run, dataDirectory), run.exitCode()]);
    const reported = /^Epoch (\d+) is proven on L1\.$/m.exec(run.output)?.[1];
    if (reported === undefined) throw new Error(`no epoch was reported to be proven:\n${run.output}`);

    manifest = readManifest(join(dataDirectory, 'devnet.json'));
    engine = openEmbeddedEngine({ dataDirectory: join(dataDirectory, 'coppice'), leaseSeconds: 30 });
    cleanUps.push(() => engine.close());
    const records = await engine.epochs.latest(100);
    epoch = records.find((record) => String(record.epoch) === reported)!;
    jobs = await engine.jobs.jobsOfEpoch(epoch.id);
  });

  afterAll(async () => {
    for (const cleanUp of cleanUps.reverse()) await cleanUp();
  });

  it('exits with 0', () => {
    expect(exitCode, run.output).toBe(0);
  });

  it('leaves none of the processes running that it started', () => {
    // The launcher, the run itself, anvil and its keeper, sequencer, traffic, node, agents with a prover and its helpers.
    expect(run.seen.length).toBeGreaterThanOrEqual(9);
    expect(run.stillAlive()).toEqual([]);
  });

  it('proves an epoch with every kind of traffic', () => {
    const checkpoints = checkpointsOf(epoch.shape!);
    const blocks = checkpoints.flatMap((checkpoint) => checkpoint.blocks);
    const txs = checkpoints.map((checkpoint) =>
      checkpoint.blocks.reduce((sum, { publicTxs, privateTxs }) => sum + publicTxs + privateTxs, 0),
    );
    expect(blocks.some(({ privateTxs }) => privateTxs > 0)).toBe(true);
    expect(blocks.some(({ publicTxs }) => publicTxs > 0)).toBe(true);
    expect(txs.some((count) => count >= 2)).toBe(true);
    expect(txs).toContain(0);
    expect(checkpoints.some(({ l1ToL2Messages }) => l1ToL2Messages >= 1)).toBe(true);
    for (const kind of [
      'deploy-account',
      'deploy-token',
      'mint-in-private',
      'mint-in-public',
      'transfer-in-private',
      'transfer-in-public',
    ]) {
      expect(run.output).toMatch(new RegExp(`checkpoint \\d+ of epoch ${epoch.epoch} is on L1 with .*${kind}`));
    }
  });

  it('proves as many jobs of each circuit as the shape of the epoch foretells', () => {
    const { byCircuit, distinct } = expectedCounts(epoch.shape!);
    for (const [circuit, count] of Object.entries(byCircuit)) {
      expect(jobs.filter((job) => job.circuit === circuit).length, circuit).toBe(count.distinct);
    }
    expect(jobs.filter(({ state }) => state === 'proven')).toHaveLength(distinct);
  });

  it('leaves a ledger in which every edge is known and every job leads to the root', async () => {
    const trace = new Trace(jobs, epoch.rangeId);
    expect(checkTrace(trace, expectedTree(epoch.shape!))).toMatchObject({
      isComplete: true,
      orphans: [],
      missingChildren: [],
      countMismatches: [],
    });
    for (const { id } of jobs) expect(trace.pathToRoot(id).at(-1)?.id).toBe(epoch.rootJobId);
    const incidents = await engine.incidents.latest(1000);
    expect(incidents.filter(({ kind }) => kind === 'missing-edge')).toEqual([]);
  });

  it('has its jobs proven by the agents that it started, by both', () => {
    expect([...new Set(jobs.map(({ provenBy }) => provenBy))].sort()).toEqual(AGENTS);
  });

  it("submits the root with a transaction of the publisher's own, signed with its key, to the rollup", async () => {
    const publisher = anvilAccount(manifest.proverPublisherAccountIndex).address;
    const root = (await engine.outbox.find(epoch.id))!;
    const submission = root.submissions.find(({ outcome }) => outcome === 'mined')!;
    const signed = parseTransaction(submission.signedTransaction);

    expect(root.state).toBe('mined');
    expect(epoch).toMatchObject({ state: 'proven', transactionHash: submission.transactionHash });
    expect(keccak256(submission.signedTransaction)).toBe(submission.transactionHash);
    expect(
      await recoverTransactionAddress({ serializedTransaction: submission.signedTransaction as `0x02${string}` }),
    ).toBe(publisher);
    expect(signed.to?.toLowerCase()).toBe(manifest.rollupAddress.toLowerCase());
    expect(decodeRootCall({ ...root, data: signed.data! })).toMatchObject({
      firstCheckpoint: epoch.firstCheckpoint,
      lastCheckpoint: epoch.lastCheckpoint,
    });
    expect(run.output).toContain(`${submission.transactionHash}, submitEpochRootProof`);
    expect(run.output.toLowerCase()).toContain(`from our publisher ${publisher.toLowerCase()}`);
  });

  it('says when the proven checkpoint of the rollup has moved to the end of the epoch', () => {
    expect(run.output).toContain(`the rollup is now proven up to checkpoint ${epoch.lastCheckpoint}`);
  });

  it('is seen in coppice console while it proves an epoch, and until the epoch is proven', () => {
    expect(scene.opened).toMatch(/Epoch \d+[\s\S]*\d+ of \d+ jobs proven/);
    expect(scene.finished).toMatch(/Epoch \d+ is proven on L1\./);
    expect(scene.finished).toContain('Timeline by agent');
    expect(scene.complaints).toEqual([]);
  });

  it('reports its progress in plain lines, and not too many of them', () => {
    expect(run.output).not.toContain('\u001B');
    expect(run.lines.length).toBeLessThan(120);
  });

  it('keeps no key of any L1 account in what it leaves behind', async () => {
    const { files, leaks } = await findKeyLeaks(dataDirectory);
    expect(files.length).toBeGreaterThan(50);
    expect(leaks).toEqual([]);
  });
});
