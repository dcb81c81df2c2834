import { randomUUID } from 'node:crypto';

import type { Hex } from 'viem';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import type { Engine } from '../../shared/engine/engine.ts';
import { openEngine } from '../../shared/engine/open-engine.ts';
import { RangeId } from '../../shared/ledger/job-ledger.ts';
import { STREAMED_RANGE } from '../../shared/ledger/streamed-epoch.ts';
import { type AwsHarness, openAwsHarness } from '../contract/aws-harness.ts';
import { archiveOf, deployRollup, rootCall, type RollupOnAnvil, TIMING } from '../shared/l1/rollup-on-anvil.ts';
import { type Anvil, ANVIL_CHAIN_ID, startAnvil } from '../shared/l1/start-anvil.ts';
import { MetricLines } from './metric-lines.ts';
import { epochId } from '../fixtures/epoch-id.ts';
import { EpochNumber, makeEpochId, makeRollupId } from '../../shared/proving-job/epoch-id.ts';

const EPOCH_SECONDS = TIMING.slotSeconds * TIMING.epochSlots;

describe('watch-l1', () => {
  let anvil: Anvil;
  let bench: RollupOnAnvil;
  let harness: AwsHarness;
  let engine: Engine;
  let handler: () => Promise<void>;
  let metrics: MetricLines;

  beforeAll(async () => {
    anvil = await startAnvil();
  });
  afterAll(async () => {
    await anvil.stop();
  });
  beforeEach(async () => {
    [bench, harness] = await Promise.all([deployRollup(anvil), openAwsHarness(['table'])]);
    const prefix = harness.names.ledgerTable.replace('-ledger', '');
    const { region = '', endpoint = '' } = harness.connection;
    engine = await openEngine({ engine: 'aws', prefix, connection: harness.connection, leaseSeconds: 30 });
    const variables = {
      COPPICE_AWS_PREFIX: prefix,
      AWS_REGION: region,
      AWS_ENDPOINT_URL: endpoint,
      ETHEREUM_HOSTS: anvil.url,
      L1_CHAIN_ID: String(ANVIL_CHAIN_ID),
      REGISTRY_CONTRACT_ADDRESS: bench.rollup,
      PROVER_PUBLISHER_ADDRESSES: bench.account.address,
      COPPICE_METRICS_NAMESPACE: 'Coppice/test',
      LOG_LEVEL: 'silent',
    };
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    metrics = new MetricLines();
    await loadHandler();
  });
  afterEach(async () => {
    metrics.stop();
    vi.unstubAllEnvs();
    await Promise.all([engine.close(), bench.close(), harness.close()]);
  });

  /** As a new container would: nothing is kept but what the ledger has. */
  async function loadHandler(): Promise<void> {
    vi.resetModules();
    ({ handler } = await import('../../functions/watch-l1/handler.ts'));
  }
  async function look(): Promise<ReadonlyMap<string, number>> {
    metrics.clear();
    await handler();
    return metrics.values();
  }
  async function jump(seconds: number): Promise<void> {
    await anvil.rpc('evm_increaseTime', seconds);
    await anvil.mine();
  }

  it('measures the chain, the account and the outbox of a fleet at rest', async () => {
    const seen = await look();
    expect(Object.fromEntries(seen)).toMatchObject({
      OpenRoots: 0,
      OutboxAgeSeconds: 0,
      L1RpcFailures: 0,
      L1PendingCheckpoint: 0,
      L1ProvenCheckpoint: 0,
      UnprovenEpochs: 0,
      PublisherBalanceEth: 10,
      L1ReorgBlocks: 0,
      CheckpointsPruned: 0,
      EpochsMissed: 0,
    });
    expect(seen.get('L1GasPriceGwei')).toBeGreaterThan(0);
    expect(seen.has('EpochSlackSeconds')).toBe(false);
    expect(metrics.namespaces()).toEqual(['Coppice/test']);
  });

  it('records the slack of a complete epoch and then that it was missed, across containers', async () => {
    await bench.propose(0, 0);
    expect((await look()).has('EpochSlackSeconds')).toBe(false);

    await jump(EPOCH_SECONDS);
    const slack = (await look()).get('EpochSlackSeconds') ?? 0;
    expect(slack).toBeGreaterThan(EPOCH_SECONDS - 120);
    expect(slack).toBeLessThanOrEqual(EPOCH_SECONDS);

    await jump(EPOCH_SECONDS + 180);
    await loadHandler();
    expect((await look()).get('EpochsMissed')).toBe(1);
    expect((await look()).get('EpochsMissed')).toBe(0);
  });

  it('does not count an epoch as missed that is proven in the ledger', async () => {
    await bench.propose(0);
    await jump(EPOCH_SECONDS);
    await look();
    const id = makeEpochId(makeRollupId(ANVIL_CHAIN_ID, bench.rollup), EpochNumber.parse(0));
    const rangeId = RangeId.parse(archiveOf(1));
    const range = { id, rangeId, firstCheckpoint: 1, lastCheckpoint: 1, deadlineAtMs: harness.nowMs() };
    await engine.epochs.open({ ...range, networkVersion: '4.1.2', shape: [] });
    await engine.epochs.advance(id, rangeId, 'submitting');
    await engine.epochs.advance(id, rangeId, 'proven');
    await jump(EPOCH_SECONDS + 180);
    expect((await look()).get('EpochsMissed')).toBe(0);
  });

  it('starts over with another rollup: its lower numbers count neither as pruned checkpoints nor as missed epochs', async () => {
    await bench.propose(0, 0);
    await look();
    const next = await upgraded();
    await jump(2 * EPOCH_SECONDS + 180);
    expect(Object.fromEntries(await look())).toMatchObject({
      L1PendingCheckpoint: 0,
      UnprovenEpochs: 0,
      CheckpointsPruned: 0,
      EpochsMissed: 0,
    });
    await next.close();
  });

  it('goes on with the last epoch of the rollup that was replaced, until its window has closed', async () => {
    await bench.propose(0, 0);
    await look();
    // The epoch under way is complete after the upgrade.
    const next = await upgraded();
    expect((await look()).has('EpochSlackSeconds')).toBe(false);
    await jump(EPOCH_SECONDS);
    const seen = await look();
    expect(seen.get('UnprovenEpochs')).toBe(0);
    expect(seen.get('EpochSlackSeconds')).toBeGreaterThan(EPOCH_SECONDS - 300);

    await jump(EPOCH_SECONDS + 180);
    await loadHandler();
    expect((await look()).has('EpochSlackSeconds')).toBe(false);
    expect(metrics.all('EpochsMissed').toSorted()).toEqual([0, 1]);
    await look();
    expect(metrics.all('EpochsMissed')).toEqual([0]);
    await next.close();
  });

  it("measures the open epochs of another line's rollup that the ledger names, and counts none as missed that is proven", async () => {
    const next = await deployRollup(anvil);
    await next.propose(0);
    await jump(EPOCH_SECONDS);
    const id = makeEpochId(makeRollupId(ANVIL_CHAIN_ID, next.rollup), EpochNumber.parse(0));
    const deadlineAtMs = Date.now() + 3_600_000;
    await engine.epochs.open({ id, rangeId: STREAMED_RANGE, networkVersion: '4.1.2', deadlineAtMs });
    expect((await look()).get('EpochSlackSeconds')).toBeGreaterThan(0);
    await engine.epochs.advance(id, STREAMED_RANGE, 'proven');
    await jump(EPOCH_SECONDS + 180);
    await look();
    expect(metrics.all('EpochsMissed')).toEqual([0]);
    await next.close();
  });

  /** The registry names another rollup from now on. */
  async function upgraded(): Promise<RollupOnAnvil> {
    const next = await deployRollup(anvil);
    vi.stubEnv('REGISTRY_CONTRACT_ADDRESS', next.rollup);
    await loadHandler();
    return next;
  }

  it('records how long the oldest root has been waiting', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      await engine.outbox.store({
        epochId: epochId(0),
        rangeId: RangeId.parse(archiveOf(1)),
        firstCheckpoint: 1,
        lastCheckpoint: 1,
        to: bench.rollup,
        data: rootCall(1, 1),
        deadlineAtMs: Date.now() + 1,
      });
      vi.setSystemTime(Date.now() + 700_000);
      const seen = await look();
      expect(seen.get('OpenRoots')).toBe(1);
      expect(seen.get('OutboxAgeSeconds')).toBeGreaterThan(600);
    } finally {
      vi.useRealTimers();
    }
  });

  it('measures how deep a reorg was, even if every run is in a new container', async () => {
    await anvil.mine(5);
    await look();
    await loadHandler();
    await anvil.rpc('anvil_reorg', 3, []);
    await anvil.mine();
    expect((await look()).get('L1ReorgBlocks')).toBe(3);
    expect((await look()).get('L1ReorgBlocks')).toBe(0);
  });

  it('counts checkpoints that L1 pruned', async () => {
    await bench.propose(0, 0, 0);
    await look();
    await bench.call('setTips', 1n, 0n);
    expect((await look()).get('CheckpointsPruned')).toBe(2);
  });

  it('counts the URLs that do not answer, and works with the one that does', async () => {
    vi.stubEnv('ETHEREUM_HOSTS', `http://127.0.0.1:9/${randomUUID()},${anvil.url}`);
    await loadHandler();
    const seen = await look();
    expect(seen.get('L1RpcFailures')).toBe(1);
    expect(seen.get('L1PendingCheckpoint')).toBe(0);
  });

  it('fails when no URL answers, after recording that and the outbox', async () => {
    vi.stubEnv('ETHEREUM_HOSTS', 'http://127.0.0.1:9/');
    await loadHandler();
    metrics.clear();
    await expect(handler()).rejects.toThrow(/no L1 RPC answered/);
    expect(Object.fromEntries(metrics.values())).toEqual({ OpenRoots: 0, OutboxAgeSeconds: 0, L1RpcFailures: 1 });
  });

  it('records events once when two run at the same time', async () => {
    await bench.propose(0, 0);
    await look();
    await bench.call('setTips', 1n, 0n);
    metrics.clear();
    await Promise.all([handler(), handler()]);
    // A run that starts after the other has ended records that nothing has happened since.
    expect(metrics.all('CheckpointsPruned').filter((count) => count > 0)).toEqual([1]);
    expect(metrics.all('L1PendingCheckpoint')).toEqual([1, 1]);
  });

  it('names the call to the registry when it does not have the rollup version', async () => {
    vi.stubEnv('ROLLUP_VERSION', '7');
    await loadHandler();
    await expect(handler()).rejects.toThrow(/getRollup/);
    const address: Hex = bench.rollup;
    await expect(handler()).rejects.toThrow(new RegExp(address, 'i'));
  });
});
