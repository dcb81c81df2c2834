import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { SnapshotReader } from '../../../containers/epoch-view/snapshot-reader.ts';
import { openEmbeddedEngine } from '../../../shared/engine/embedded/embedded-engine.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import type { AgentRecord } from '../../../shared/ledger/agent-registry.ts';
import { AgentId } from '../../../shared/ledger/job-ledger.ts';
import { EPOCH } from '../../shared/merge-tree/orchestrated-epoch.ts';
import { PlayedEpoch } from '../devnet/played-epoch.ts';
import { START_MS } from './a-snapshot.ts';

const HASH = `0x${'ab'.repeat(32)}` as const;

describe('SnapshotReader', () => {
  let dataDirectory: string;
  let nowMs: number;
  let engine: Engine;
  let reader: SnapshotReader;
  let played: PlayedEpoch;

  beforeEach(async () => {
    nowMs = START_MS;
    dataDirectory = await mkdtemp(join(tmpdir(), 'coppice-snapshot-'));
    const open = (): Engine => openEmbeddedEngine({ dataDirectory, leaseSeconds: 30, nowMs: () => nowMs });
    engine = open();
    reader = new SnapshotReader({ engine, nowMs: () => nowMs });
    played = await PlayedEpoch.open(engine, { deadlineAtMs: START_MS + 3_600_000 });
  });

  afterEach(async () => {
    await engine.close();
    await rm(dataDirectory, { recursive: true });
  });

  function reportAgent(change: Partial<AgentRecord> & Pick<AgentRecord, 'state'>): Promise<void> {
    return engine.agents.report({
      agentId: AgentId.parse('agent-1'),
      pools: ['medium'],
      family: 'aztec',
      networkVersion: '4.1.2',
      hostname: 'host',
      pid: 1,
      startedAtMs: nowMs,
      lastSeenAtMs: nowMs,
      jobsProven: 3,
      ...change,
    });
  }

  it('counts the jobs of each level while agents prove them', async () => {
    const [first, second] = await played.queued();
    await played.settle(await played.claim(first!.id, 'agent-1'));
    await played.claim(second!.id, 'agent-2');

    const { epochs } = await reader.read();

    expect(epochs).toHaveLength(1);
    expect(epochs[0]).toMatchObject({ id: EPOCH, state: 'proving', holdsMix: true });
    expect(epochs[0]?.progress.levels[0]).toMatchObject({
      level: 'leaves',
      expected: 8,
      done: 1,
      running: 1,
      waiting: 6,
    });
  });

  it('predicts the root by the times measured here and the agents that were seen', async () => {
    const without = (await reader.read()).epochs[0]?.prediction;
    expect(without).toMatchObject({ lacking: ['medium', 'large'], rootInSeconds: { likely: Infinity } });

    await reportAgent({ state: 'idle', pools: ['small', 'medium', 'large'] });
    for (const tookMs of [200, 600]) {
      const [next] = await played.queued();
      const lease = await played.claim(next!.id, 'agent-1');
      nowMs += tookMs;
      await played.settle(lease);
    }
    nowMs += 1000;
    const { rootInSeconds, chanceInTime, chain } = (await reader.read()).epochs[0]!.prediction!;
    // Some twenty jobs at the speed of the two: a hundredth of the catalogue's, by which they would take half an hour.
    expect(rootInSeconds.likely).toBeGreaterThan(1);
    expect(rootInSeconds.late).toBeLessThan(60);
    expect(chanceInTime).toBe(1);
    expect(chain.at(-1)?.circuit).toBe('ROOT_ROLLUP');
  });

  it('follows the root from the outbox to its transaction on L1', async () => {
    await played.finish(['agent-1']);
    expect((await reader.read()).epochs[0]).toMatchObject({
      state: 'submitting',
      prediction: undefined,
      submission: { state: 'waiting', transactions: 0 },
    });

    await played.submit(HASH);
    expect((await reader.read()).epochs[0]?.submission).toEqual({
      state: 'sent',
      transactions: 1,
      transactionHash: HASH,
    });

    await played.mine(HASH);
    const mined = await reader.read();
    expect(mined.epochs[0]).toMatchObject({ state: 'proven', submission: { state: 'mined', transactionHash: HASH } });
    expect(await reader.read()).toEqual(mined);
  });

  it('returns what each agent is proving', async () => {
    const [job] = await played.queued();
    await reportAgent({ state: 'proving', jobId: job!.id, jobSinceMs: nowMs - 10 });
    expect((await reader.read()).agents).toEqual([
      { agentId: 'agent-1', state: 'proving', circuit: job!.circuit, jobSinceMs: nowMs - 10, jobsProven: 3 },
    ]);
  });
});
