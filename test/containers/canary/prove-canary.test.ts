import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { rangeOf, shapeOf, versionOf } from '../../../containers/canary/canary-plan.ts';
import { polledEngine } from '../../../containers/canary/polled-engine.ts';
import { proveCanary } from '../../../containers/canary/prove-canary.ts';
import type { AgentOptions } from '../../../containers/agent/agent-options.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import { JobRejectedError } from '../../../shared/proof-requests/errors.ts';
import { encodeCanaryProof, parseCanaryProof } from '../../../shared/canary/canary-proof.ts';
import { fieldOf } from '../../../shared/canary/field.ts';
import { expectedTree } from '../../../shared/merge-tree/expected/tree-of-shape.ts';
import { checkTrace } from '../../../shared/merge-tree/progress/trace-check.ts';
import { Trace } from '../../../shared/merge-tree/progress/trace.ts';
import type { EpochRecord } from '../../../shared/ledger/epoch-ledger.ts';
import { outputsKey } from '../../../shared/proof-store/proof-store.ts';
import { shamCanaryPlan } from '../../fixtures/sham-canary-plan.ts';
import { TestFleet, until } from '../../fixtures/test-fleet.ts';
import { TRIALS } from '../../../shared/proving-job/epoch-id.ts';
import { epochId } from '../../fixtures/epoch-id.ts';

const SHAM_FAMILY = new URL('../../fixtures/sham-canary-family.ts', import.meta.url).href;
const NODE = new URL('./processes/canary-node.ts', import.meta.url).pathname;
const LEAVES = 7;
const PLAN = shamCanaryPlan(LEAVES);

describe('the node side of a canary epoch', () => {
  let fleet: TestFleet;
  let node: ChildProcess | undefined;

  beforeEach(async () => {
    fleet = await TestFleet.open();
  });

  afterEach(async () => {
    if (node?.exitCode === null && node.signalCode === null) {
      node.kill('SIGKILL');
      await once(node, 'exit');
    }
    await fleet.close();
  });

  it('has the whole tree proven, each proof recorded above its children, and puts the root into the outbox', async () => {
    fleet.startAgent(shamAgent());

    const epoch = await prove();

    expect(epoch).toMatchObject({ state: 'submitting', networkVersion: versionOf(PLAN), shape: shapeOf(PLAN) });
    expect(epoch.id).toBe(epochId(Math.floor(epoch.openedAtMs / 1000), TRIALS));
    const trace = new Trace(await fleet.engine.jobs.jobsOfEpoch(epoch.id), epoch.rangeId);
    expect(checkTrace(trace, expectedTree(epoch.shape!))).toMatchObject({ isComplete: true, root: epoch.rootJobId });
    expect(trace.jobs.size).toBe(LEAVES + (LEAVES - 2) + 1);
    expect(await fleet.engine.outbox.open()).toMatchObject([
      { epoch: epoch.epoch, contract: 'canary-rollup', to: PLAN.rollupAddress, state: 'waiting' },
    ]);
  });

  it('has the whole tree proven without a reader of the stream, which has no room for one', async () => {
    fleet.startAgent(shamAgent());
    const subscribe = vi.spyOn(fleet.engine.settlements, 'subscribe');
    expect(await prove(PLAN, polledEngine(fleet.engine), 50)).toMatchObject({ state: 'submitting' });
    expect(subscribe).not.toHaveBeenCalled();
  });

  it('resumes after it was killed: what is proven is not proven again', async () => {
    node = spawn(process.execPath, [NODE, JSON.stringify(fleet.engineOptions), String(LEAVES)], { stdio: 'ignore' });
    const agent = fleet.startAgent(shamAgent({ provingMs: 50 }));
    const killed = await until(
      async () => (await fleet.engine.epochs.latest(1))[0],
      (record) => record !== undefined,
    );
    await until(
      async () => (await provenOf(killed)).length,
      (proven) => proven >= LEAVES - 1,
    );
    node.kill('SIGKILL');
    await once(node, 'exit');
    const before = await provenOf(killed);

    const epoch = await prove();
    await agent.stop();

    expect(epoch).toMatchObject({ epoch: killed?.epoch, attempt: 2, state: 'submitting' });
    const after = new Map((await provenOf(epoch)).map((job) => [job.id, job]));
    for (const job of before) expect(after.get(job.id)).toEqual(job);
    const [seen] = await fleet.engine.agents.seenWithin(60);
    expect(seen?.jobsProven).toBe(after.size);
  });

  it('opens a new epoch for another plan, and does not touch a proven one', async () => {
    fleet.startAgent(shamAgent());
    const first = await prove();
    await fleet.engine.epochs.advance(first.id, first.rangeId, 'proven');

    const second = await prove();
    const other = await prove({ ...PLAN, from: fieldOf(2) });

    expect(new Set([first.epoch, second.epoch, other.epoch]).size).toBe(3);
    expect(rangeOf({ ...PLAN, from: fieldOf(2) })).not.toBe(rangeOf(PLAN));
  });

  it('rejects a proof of another statement than requested', async () => {
    fleet.startAgent({
      ...shamAgent(),
      families: [{ name: 'canary', version: versionOf(PLAN), module: SHAM_FAMILY, options: { alterLeaf: 3 } }],
    });

    await expect(prove()).rejects.toThrow(JobRejectedError);

    const [epoch] = await fleet.engine.epochs.latest(1);
    expect(epoch).toMatchObject({ state: 'failed' });
    expect(epoch?.reason).toContain('it proves another to than requested');
    expect(await fleet.engine.outbox.open()).toEqual([]);
  });

  it('has a leaf proven again whose proof was altered in the store', async () => {
    const agent = fleet.startAgent(shamAgent());
    const first = await prove();
    await agent.stop();
    const [leaf] = (await provenOf(first)).filter(({ circuit }) => circuit === 'CANARY_LEAF');
    if (leaf?.proof === undefined) throw new Error('no leaf is proven');
    const key = outputsKey(leaf.circuit, leaf.id);
    const proof = parseCanaryProof('CANARY_LEAF', await fleet.engine.proofs.get(leaf.proof));
    await fleet.engine.proofs.quarantine(key, 'altered by the test');
    await fleet.engine.proofs.put(key, encodeCanaryProof({ ...proof, keyHash: fieldOf(666) }));
    await fleet.engine.epochs.advance(first.id, first.rangeId, 'failed');

    fleet.startAgent(shamAgent());
    const again = await prove();

    expect(again).toMatchObject({ epoch: first.epoch, attempt: 2, state: 'submitting' });
    expect((await fleet.engine.incidents.latest(10)).map(({ kind, subject }) => [kind, subject])).toContainEqual([
      'corrupt-object',
      key,
    ]);
    expect((await fleet.job(leaf.id)).proof).toEqual(leaf.proof);
  });

  function shamAgent(options: Record<string, unknown> = {}): Partial<AgentOptions> {
    return { families: [{ name: 'canary', version: versionOf(PLAN), module: SHAM_FAMILY, options }] };
  }

  async function prove(plan = PLAN, engine: Engine = fleet.engine, reconcileMs = 1000): Promise<EpochRecord> {
    const deps = { engine, reconcileMs, nowMs: Date.now, log: pino({ level: 'silent' }) };
    return await proveCanary(plan, deps, new AbortController().signal);
  }

  async function provenOf(epoch: EpochRecord | undefined): Promise<Awaited<ReturnType<TestFleet['job']>>[]> {
    if (epoch === undefined) return [];
    const jobs = await fleet.engine.jobs.jobsOfEpoch(epoch.id);
    return jobs.filter(({ state }) => state === 'proven');
  }
});
