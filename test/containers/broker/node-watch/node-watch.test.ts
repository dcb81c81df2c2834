import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { OpenEpoch } from '../../../../containers/broker/l1/l1-rollup.ts';
import { NodeWatch } from '../../../../containers/broker/node-watch/node-watch.ts';
import type { NodeView } from '../../../../containers/broker/node-watch/official-node.ts';
import { AgentId } from '../../../../shared/ledger/job-ledger.ts';
import { STREAMED_RANGE } from '../../../../shared/ledger/streamed-epoch.ts';
import { readWatchedNodes } from '../../../../shared/ledger/watched-nodes.ts';
import { outputsKey } from '../../../../shared/proof-store/proof-store.ts';
import { EpochNumber, makeRollupId } from '../../../../shared/proving-job/epoch-id.ts';
import { createLogger } from '../../../../shared/telemetry/logger.ts';
import { EmfMetrics } from '../../../../shared/telemetry/emf-metrics.ts';
import { aNewJob } from '../../../contract/a-new-job.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../../contract/embedded-harness.ts';
import { epochId, ROLLUP } from '../../../fixtures/epoch-id.ts';

const OTHER = makeRollupId(1, '0x00000000000000000000000000000000000000bb');

describe('the watch over an official node', () => {
  let harness: EmbeddedHarness;
  let lines: string[];
  let logged: string[];
  beforeEach(async () => {
    harness = await openEmbeddedHarness();
    lines = [];
    logged = [];
  });
  afterEach(() => harness.close());

  interface World {
    view: NodeView;
    epoch: OpenEpoch | undefined;
    canonical: typeof ROLLUP;
    isL1Silent: boolean;
  }

  function listing(...states: readonly string[]): NodeView {
    const sessions = states.map((state) => ({ epoch: EpochNumber.parse(7), state }));
    return { versions: { packageVersion: '6.0.0' }, sessions, problem: undefined };
  }

  function aWatch(): { readonly world: World; readonly watch: () => Promise<void> } {
    const world: World = { view: listing(), epoch: undefined, canonical: ROLLUP, isL1Silent: false };
    const said = async <Value>(value: Value): Promise<Value> => {
      if (world.isL1Silent) throw new Error('no answer');
      return value;
    };
    const watch = new NodeWatch({
      line: { networkVersion: '6.0.0', rollup: ROLLUP },
      node: { view: async () => world.view },
      engine: harness.engine,
      l1: {
        firstOpenEpoch: () => said(world.epoch),
        firstUnprovenEpoch: () => said(7),
        leastBalanceEth: () => said(0.25),
      },
      readCanonical: () => said(world.canonical),
      metrics: new EmfMetrics('Coppice', { nowMs: () => 0, write: (line) => lines.push(line) }),
      log: createLogger('broker', { logLevel: 'info', format: 'json', write: (line: string) => logged.push(line) }),
      nowMs: () => harness.nowMs(),
      steadyMs: () => harness.nowMs(),
    });
    return { world, watch: () => watch.watch(new AbortController().signal) };
  }

  /** Epoch 7, which ended a minute ago. */
  function openEpoch(): OpenEpoch {
    const nowMs = harness.nowMs();
    return { epoch: 7, endedAtMs: nowMs - 60_000, deadlineAtMs: nowMs + 2_240_000 };
  }

  async function proveRoot(): Promise<void> {
    const { jobs } = harness.engine;
    const job = await jobs.record(aNewJob('ROOT_ROLLUP', { epochId: epochId(7), rangeId: STREAMED_RANGE }));
    const agentId = AgentId.parse('agent-1');
    await jobs.claim(job.id, agentId, 120);
    const proof = { key: outputsKey('ROOT_ROLLUP', job.id), sha256: job.inputs.sha256, sizeBytes: 1 };
    await jobs.markProven({ jobId: job.id, agentId, proof, provingMs: 1, claimedAtMs: harness.nowMs() });
  }

  function measured(): readonly string[] {
    return lines
      .splice(0)
      .map((line) => JSON.parse(line) as { readonly trouble?: string; readonly LineTroubles?: number })
      .flatMap(({ trouble, LineTroubles }) => (LineTroubles === 1 && trouble !== undefined ? [trouble] : []));
  }

  async function noted() {
    return (await readWatchedNodes(harness.engine.notes, harness.nowMs()))[0];
  }

  it('notes what the node does, and measures that nothing is wrong', async () => {
    const { world, watch } = aWatch();
    world.view = listing('awaiting-root');
    await watch();
    expect(lines.filter((line) => line.includes('LineTroubles'))).toHaveLength(6);
    expect(measured()).toEqual([]);
    expect(await noted()).toEqual({
      networkVersion: '6.0.0',
      rollup: ROLLUP,
      readAtMs: harness.nowMs(),
      sessions: [{ epoch: 7, state: 'awaiting-root' }],
      balanceEth: 0.25,
      troubles: [],
    });
  });

  it('reports an idle node once it has lasted: in the log, as one incident, as metric and as note', async () => {
    const { world, watch } = aWatch();
    world.epoch = openEpoch();
    for (const seconds of [0, 240, 60]) {
      await harness.elapse(seconds);
      await watch();
      expect(measured()).toEqual([]);
    }
    await harness.elapse(60);
    await watch();
    await harness.elapse(30);
    await watch();
    expect(measured()).toEqual(['node-idle', 'node-idle']);
    expect(await harness.engine.incidents.latest(5)).toMatchObject([
      {
        kind: 'line-trouble',
        subject: 'node 6.0.0',
        message: expect.stringMatching(/^node-idle: epoch 7 is complete/) as string,
      },
    ]);
    expect((await noted())?.troubles).toMatchObject([{ kind: 'node-idle', sinceMs: harness.nowMs() - 150_000 }]);

    world.view = listing('awaiting-checkpoints');
    await watch();
    expect(measured()).toEqual([]);
    expect(logged.filter((line) => line.includes('the trouble is over'))).toHaveLength(1);
  });

  it('knows that a session is gone, and that its root waits for L1', async () => {
    const { world, watch } = aWatch();
    world.epoch = openEpoch();
    world.view = listing('awaiting-root');
    await watch();
    world.view = listing();
    await watch();
    await harness.elapse(120);
    await watch();
    expect(measured()).toEqual(['session-failed']);

    await proveRoot();
    await watch();
    expect(measured()).toEqual([]);
    await harness.elapse(600);
    await watch();
    expect(measured()).toEqual(['proof-not-submitted']);
  });

  it('goes on with what L1 said while L1 does not respond', async () => {
    const { world, watch } = aWatch();
    world.epoch = openEpoch();
    world.view = listing('failed');
    await watch();
    world.isL1Silent = true;
    await watch();
    expect(measured()).toEqual(['session-failed', 'session-failed']);
  });

  it('reports agents of a rollup that is no longer canonical, when they stay', async () => {
    const { world, watch } = aWatch();
    world.canonical = OTHER;
    const agent = {
      agentId: AgentId.parse('agent-1'),
      ...{ pools: ['small' as const], family: 'aztec', networkVersion: '6.0.0', hostname: 'host', pid: 1 },
      ...{ state: 'idle' as const, startedAtMs: 0, jobsProven: 0 },
    };
    const seen = () => harness.engine.agents.report({ ...agent, lastSeenAtMs: harness.nowMs() });
    await seen();
    await watch();
    expect(measured()).toEqual([]);
    await harness.elapse(1800);
    await seen();
    await watch();
    expect(measured()).toEqual(['retired-line']);
  });
});
