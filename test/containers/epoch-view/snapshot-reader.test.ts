import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { SnapshotReader } from '../../../containers/epoch-view/snapshot-reader.ts';
import { openEmbeddedEngine } from '../../../shared/engine/embedded/embedded-engine.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
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

  it('uses the times measured here, once some circuits are proven, and not those of the catalogue', async () => {
    const before = (await reader.read()).epochs[0]?.pathLeft;
    for (const tookMs of [20_000, 60_000]) {
      const [next] = await played.queued();
      const lease = await played.claim(next!.id, 'agent-1');
      nowMs += tookMs;
      await played.settle(lease);
    }

    const after = (await reader.read()).epochs[0]?.pathLeft;

    expect(before).toMatchObject({ seconds: 3.5, circuits: { length: 7 } });
    // Seven jobs in a row, none of them of a circuit that was measured.
    expect(after).toMatchObject({ seconds: 280, circuits: { length: 7 } });
  });

  it('follows the root from the outbox to its transaction on L1', async () => {
    await played.finish(['agent-1']);
    expect((await reader.read()).epochs[0]).toMatchObject({
      state: 'submitting',
      pathLeft: { seconds: 0, circuits: [] },
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
    await engine.agents.report({
      agentId: AgentId.parse('agent-1'),
      pools: ['medium'],
      family: 'aztec',
      networkVersion: '4.1.2',
      hostname: 'host',
      pid: 1,
      state: 'proving',
      jobId: job!.id,
      jobSinceMs: nowMs - 10,
      startedAtMs: nowMs,
      lastSeenAtMs: nowMs,
      jobsProven: 3,
    });
    expect((await reader.read()).agents).toEqual([
      { agentId: 'agent-1', state: 'proving', circuit: job!.circuit, jobSinceMs: nowMs - 10, jobsProven: 3 },
    ]);
  });
});
