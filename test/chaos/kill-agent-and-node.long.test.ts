import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { findAgentControl } from '../../containers/cli/drill/agent-control.ts';
import { planDrill } from '../../containers/cli/drill/drill-plan.ts';
import { type DrillReport, runDrill } from '../../containers/cli/drill/run-drill.ts';
import { anvilPrivateKey } from '../../containers/local-l1/devnet-accounts.ts';
import { type Devnet, startDevnet } from '../../containers/devnet/devnet.ts';
import type { FleetProcess } from '../../containers/processes/fleet-process.ts';
import { fleetEngineOptions, startAgent, startNode } from '../../containers/local-fleet/fleet.ts';
import type { FleetOptions } from '../../containers/local-fleet/fleet-member.ts';
import { Fault } from '../../shared/drills/drill-record.ts';
import { Secret } from '../../shared/config/secret.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import { openEngine } from '../../shared/engine/open-engine.ts';
import type { EpochRecord } from '../../shared/ledger/epoch-ledger.ts';
import { AgentId, type JobRecord } from '../../shared/ledger/job-ledger.ts';
import { checkpointsOf } from '../../shared/proving-job/epoch-shape.ts';
import { expectedTree } from '../../shared/merge-tree/expected/tree-of-shape.ts';
import { checkTrace } from '../../shared/merge-tree/progress/trace-check.ts';
import { Trace } from '../../shared/merge-tree/progress/trace.ts';
import { countProvings } from '../fixtures/count-provings.ts';
import { eventually } from '../fixtures/eventually.ts';

const DOOMED = AgentId.parse('doomed');
const LEAVER = AgentId.parse('leaver');
const LEASE_SECONDS = 6;
/** Long enough to kill an agent in the middle of a proof, and for four drills before half of the tree is proven. */
const PROOF_MS = 1_000;

/** What drills and killing did, and what there was to lose. */
interface Story {
  /** By the fault, in the order of the drills. */
  readonly drills: ReadonlyMap<Fault, DrillReport>;
  readonly provenBeforeNodeWasKilled: readonly JobRecord[];
  readonly epoch: EpochRecord;
  readonly jobs: readonly JobRecord[];
}

describe('an epoch that is drilled, and whose node is killed with kill -9', () => {
  let directory: string;
  let devnet: Devnet;
  let engine: Engine;
  let story: Story;
  const fleet: FleetProcess[] = [];
  const cleanUps: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'coppice-chaos-'));
    cleanUps.push(() => rm(directory, { recursive: true, force: true }));
    devnet = await startDevnet({ dataDirectory: directory, epochs: 1 });
    cleanUps.push(() => devnet.stop());
    const options: FleetOptions = {
      dataDirectory: directory,
      environmentFile: devnet.proverNodeEnvironmentFile,
      publisherKey: new Secret(anvilPrivateKey(devnet.proverPublisherAccountIndex)),
      variables: {
        COPPICE_LEASE_SECONDS: String(LEASE_SECONDS),
        PROVER_TEST_DELAY_MS: String(PROOF_MS),
        LOG_JSON: 'true',
      },
    };
    engine = await openEngine(fleetEngineOptions(options));
    cleanUps.push(() => engine.close());
    story = await killAndRecover(options);
  });

  afterAll(async () => {
    await Promise.all(fleet.map((member) => member.stop(10)));
    for (const cleanUp of cleanUps.reverse()) await cleanUp();
  });

  async function killAndRecover(options: FleetOptions): Promise<Story> {
    const drills = new Map<Fault, DrillReport>();
    const node = start(startNode(options));
    const doomed = start(startAgent(options, 'doomed'));
    start(startAgent(options, 'leaver'));
    start(startAgent(options, 'steady'));
    const epoch = await eventually(async () => (await engine.epochs.latest(5)).find(holdsPublicTransactions), devnet);

    await eventually(async () => {
      const agents = new Set((await jobsOf(epoch)).map(({ lease }) => lease?.agentId));
      return agents.has(DOOMED) && agents.has(LEAVER) ? true : undefined;
    }, devnet);
    for (const fault of ['duplicate-message', 'delay-settlement'] as const) drills.set(fault, await drill(fault));
    drills.set('stop-agent', await drill('stop-agent', LEAVER));
    // It waits for the end of a lease, in which the epoch goes on.
    const killing = drill('kill-agent', DOOMED);
    await Promise.race([doomed.ended, killing]);
    start(startAgent(options, 'replacement'));

    const half = expectedTree(epoch.shape!).jobs.length / 2;
    await eventually(async () => (await provenJobsOf(epoch)).length >= half || undefined, devnet);
    node.kill();
    await node.ended;
    // What agents held when the node died, they settle: that is proven too before the node is back.
    const provenBeforeNodeWasKilled = await provenJobsOf(epoch);
    start(startNode(options));
    drills.set('kill-agent', await killing);

    const proven = await eventually(async () => {
      const record = await engine.epochs.find(epoch.id);
      return record?.state === 'proven' ? record : undefined;
    }, devnet);
    drills.set('fail-rpc', await drill('fail-rpc'));
    return { drills, provenBeforeNodeWasKilled, epoch: proven, jobs: await jobsOf(epoch) };
  }

  /** As `coppice drill` does it. */
  async function drill(fault: Fault, agentId?: AgentId): Promise<DrillReport> {
    const plan = await planDrill(engine, {
      fault,
      agentId,
      // The node reads L1 every two seconds.
      seconds: fault === 'fail-rpc' ? 5 : 2,
      liveChain: undefined,
      minMarginSeconds: 600,
      findControl: (agent) => findAgentControl(agent, { tasks: undefined }),
      nowMs: Date.now,
    });
    const { signal } = new AbortController();
    return runDrill(plan, { engine, id: fault, by: 'the test', timeoutSeconds: 600, signal, nowMs: Date.now });
  }

  it('completes, with its root mined on L1', () => {
    expect(story.epoch).toMatchObject({ state: 'proven', attempt: 2 });
    expect(story.epoch.transactionHash).toMatch(/^0x[0-9a-f]{64}$/);
  });

  it('has its whole tree in the ledger, every edge and every job traceable to the root', async () => {
    const check = checkTrace(new Trace(story.jobs, story.epoch.rangeId), expectedTree(story.epoch.shape!));
    expect(check).toMatchObject({ isComplete: true, orphans: [], missingChildren: [], countMismatches: [] });
    const incidents = await engine.incidents.latest(100);
    expect(incidents.filter(({ kind }) => kind === 'missing-edge')).toEqual([]);
  });

  it('recovers from every fault that a drill brings about, and loses nothing', () => {
    const reports = [...story.drills.values()];
    expect(reports.map(({ fault }) => fault).sort()).toEqual(Fault.options.toSorted());
    const nothing = { jobs: [], proofs: [], provenTwice: [], attempts: [] };
    expect(reports.map(({ fault, lost }) => ({ fault, lost }))).toEqual(
      reports.map(({ fault }) => ({ fault, lost: nothing })),
    );
    expect(reports.filter(({ recoveredAfterMs }) => recoveredAfterMs === undefined)).toEqual([]);
    expect(story.drills.get('fail-rpc')?.failedRequests).toBeGreaterThan(0);
  });

  it('gives the jobs of the killed agent to another once their leases end, and counts one lost attempt of each', () => {
    const { atMs, jobIds } = story.drills.get('kill-agent')!.hit;
    // One that it had settled in its last moment was not lost.
    const lost = story.jobs.filter(({ id, provenBy }) => jobIds.includes(id) && provenBy !== DOOMED);
    for (const job of lost) {
      // One lease was enough: it was lost once, not again while it waited its turn.
      expect(job).toMatchObject({ state: 'proven', attempts: { 'lost-agent': 1 } });
      expect(job.claimedAtMs).toBeGreaterThan(atMs);
    }
  });

  it('proves no job again that was proven when the node died', async () => {
    const { provenBeforeNodeWasKilled, jobs } = story;
    expect(provenBeforeNodeWasKilled.length).toBeGreaterThan(5);
    for (const before of provenBeforeNodeWasKilled) {
      expect(jobs.find(({ id }) => id === before.id)).toMatchObject({
        provenBy: before.provenBy,
        settledAtMs: before.settledAtMs,
        proof: before.proof,
      });
    }
    const provings = await countProvings(fleet.filter(({ name }) => name !== 'node'));
    const again = provenBeforeNodeWasKilled.filter(({ id }) => provings.get(id) !== 1);
    expect(again.map(({ id }) => `${id}: ${provings.get(id) ?? 0} times`)).toEqual([]);
    for (const fault of ['duplicate-message', 'delay-settlement'] as const) {
      const { jobIds } = story.drills.get(fault)!.hit;
      expect(jobIds.map((id) => provings.get(id))).toEqual([1]);
    }
  });

  it('ends each process within its budget on SIGTERM, and no agent still holds a job', async () => {
    const alive = fleet.filter(({ isRunning }) => isRunning);
    expect(alive.map(({ name }) => name).sort()).toEqual(['node', 'replacement', 'steady']);
    const ends = await Promise.all(
      alive.map(async (member) => {
        await member.stop(20);
        return (await member.ended).message;
      }),
    );
    for (const end of ends) expect(end).toContain('ended with code 0');
    expect((await engine.jobs.jobsOfEpoch(story.epoch.id)).filter(({ lease }) => lease !== undefined)).toEqual([]);
  });

  function start(member: FleetProcess): FleetProcess {
    fleet.push(member);
    return member;
  }

  async function jobsOf({ id, rangeId }: EpochRecord): Promise<readonly JobRecord[]> {
    return (await engine.jobs.jobsOfEpoch(id)).filter((job) => job.rangeId === rangeId);
  }

  async function provenJobsOf(epoch: EpochRecord): Promise<readonly JobRecord[]> {
    return (await jobsOf(epoch)).filter(({ state }) => state === 'proven');
  }
});

function holdsPublicTransactions({ shape }: EpochRecord): boolean {
  return checkpointsOf(shape!).some(({ blocks }) => blocks.some(({ publicTxs }) => publicTxs > 0));
}
