import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { AgentControl } from '../../containers/cli/drill/agent-control.ts';
import { type DrillPlan, planDrill } from '../../containers/cli/drill/drill-plan.ts';
import { isNothing } from '../../containers/cli/drill/losses.ts';
import { type DrillReport, runDrill } from '../../containers/cli/drill/run-drill.ts';
import { NothingHitError } from '../../containers/cli/drill/running-drill.ts';
import { beginDrill, DrillUnderWayError, endDrill } from '../../shared/drills/drill-lock.ts';
import { drillNote, type DrillRecord, type Fault } from '../../shared/drills/drill-record.ts';
import { DrillWatch } from '../../shared/drills/drill-watch.ts';
import { drilledEngine } from '../../shared/engine/drilled-engine.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import { AgentId, type JobLease, type JobRecord, type ProofReport } from '../../shared/ledger/job-ledger.ts';
import type { Note } from '../../shared/ledger/notes.ts';
import { outputsKey } from '../../shared/proof-store/proof-store.ts';
import { Pool } from '../../shared/proving-job/circuit-family.ts';
import { parseProvingJobId, sha256Of } from '../../shared/proving-job/proving-job-id.ts';
import { createLogger } from '../../shared/telemetry/logger.ts';
import { seedFleet } from '../fixtures/seed-fleet.ts';
import type { EngineHarness } from './engine-harness.ts';

const log = createLogger('test', { logLevel: 'silent' });
/** For slow machines; nothing waits that long. */
const PATIENCE = { timeout: 60_000, interval: 50 };
const OTHER = AgentId.parse('agent-2');

/** What drills promise on either engine. @param open a new engine for each test */
export function describeDrillsContract(adapter: string, open: () => Promise<EngineHarness>): void {
  describe(`drills: ${adapter}`, () => {
    let harness: EngineHarness;
    let engine: Engine;
    let note: Note<DrillRecord>;
    /** Whether the agent was stopped or killed. */
    let killed: boolean;
    /** The one that agent-1 proves. */
    let held: JobRecord & { readonly lease: JobLease };

    beforeEach(async () => {
      harness = await open();
      ({ engine } = harness);
      note = drillNote(engine.notes);
      const jobs = await seedFleet({
        engine,
        nowMs: () => harness.nowMs(),
        elapse: (seconds) => harness.elapse(seconds),
      });
      held = jobs.find(({ state }) => state === 'leased') as typeof held;
    });
    afterEach(() => harness.close());

    it('lets one drill run at a time, and the next one once it has ended', async () => {
      await beginDrill(note, record('one'));
      await expect(beginDrill(note, record('two'))).rejects.toThrow(DrillUnderWayError);
      await endDrill(note, 'one', harness.nowMs());
      await beginDrill(note, record('two'));
      await endDrill(note, 'one', harness.nowMs());
      await expect(beginDrill(note, record('three'))).rejects.toThrow(/drill two \(delay-settlement, by test\)/);
    });

    it('forgets a drill that was cut off, once it has expired', async () => {
      await beginDrill(note, record('one'));
      await harness.elapse(3_600);
      await beginDrill(note, record('two'));
      expect((await note.find()).value?.id).toBe('two');
    });

    it('delays one settlement until the drill ends, and no other one', async () => {
      await beginDrill(note, record('one'));
      const watch = aWatch();
      await watch.poll();
      const { jobs } = drilledEngine(engine, watch);
      const delayed = jobs.markProven(proofOf(held));
      const taken = await untilTaken();
      expect(taken).toMatchObject({ by: 'agent on a host', jobId: held.id });
      const waiting = (await engine.jobs.jobsOfEpoch(epochOf(held))).find(({ state }) => state === 'queued')!;
      expect(await jobs.markProven(proofOf(waiting))).toBe('proven');
      expect(await engine.jobs.find(held.id)).toMatchObject({ state: 'leased' });
      await endDrill(note, 'one', harness.nowMs());
      await watch.poll();
      expect(await delayed).toBe('proven');
    });

    it('ends a delay at its time, whether or not the drill is still there', async () => {
      await beginDrill(note, record('one'));
      const watch = aWatch();
      await watch.poll();
      const delayed = drilledEngine(engine, watch).jobs.markProven(proofOf(held));
      await untilTaken();
      await harness.elapse(301);
      expect(await delayed).toBe('proven');
      await watch.poll();
      expect((await note.find()).value).toMatchObject({ taken: { jobId: held.id } });
    });

    it('fails requests to L1 in one process, until the fault is over, and reports when they succeed again', async () => {
      const [watch, other] = [aWatch(), aWatch()];
      const [faults, others] = [watch.obeyRpcFaults(), other.obeyRpcFaults()];
      await beginDrill(note, { ...record('one'), fault: 'fail-rpc', faultSeconds: 60 });
      await watch.poll();
      await other.poll();
      // One that was under way when the fault began.
      faults.succeeded();
      expect([faults.failsNow(), faults.failsNow(), others.failsNow()]).toEqual([true, true, false]);
      await harness.elapse(61);
      expect(faults.failsNow()).toBe(false);
      faults.succeeded();
      await watch.poll();
      expect((await note.find()).value?.taken).toMatchObject({ failedRequests: 2, recoveredAtMs: harness.nowMs() });
    });

    it('ends the process of the agent that is named, and no other', async () => {
      const dead: string[] = [];
      await beginDrill(note, { ...record('one'), fault: 'kill-agent', agentId: OTHER });
      for (const agentId of [held.lease.agentId, OTHER]) {
        const watch = aWatch();
        watch.obeyKill(agentId, () => dead.push(agentId));
        await watch.poll();
        await watch.poll();
      }
      expect(dead).toEqual([OTHER]);
    });

    it('duplicates a message of a job that is being proven, and finds it proven once', async () => {
      // Agents have the messages of the job that runs and of the one that waits.
      for (const _ of ['one', 'the other']) await engine.queue.claim(Pool.options, { waitSeconds: 10 });
      const before = await messages();
      const drilling = drill('duplicate-message');
      await vi.waitUntil(async () => (await messages()) > before, PATIENCE);
      expect(await engine.jobs.claim(held.id, OTHER, 120)).toMatchObject({ outcome: 'held' });
      await engine.jobs.markProven(proofOf(held));
      const report = await drilling;
      expect(report).toMatchObject({ fault: 'duplicate-message', hit: { jobIds: [held.id] } });
      expect(report.recoveredAfterMs).toBeDefined();
      expect(isNothing(report.lost)).toBe(true);
      expect((await note.find()).value?.endedAtMs).toBeDefined();
    });

    it('waits for the jobs of a killed agent, and allows each of them one attempt', async () => {
      const drilling = drill('kill-agent');
      await vi.waitUntil(() => killed, PATIENCE);
      await harness.elapse(120);
      expect(await engine.jobs.claim(held.id, OTHER, 120)).toMatchObject({ outcome: 'claimed' });
      const report = await drilling;
      expect(report.hit.jobIds).toEqual([held.id]);
      expect(report.lost).toEqual({ jobs: [], proofs: [], provenTwice: [], attempts: [] });
    });

    it('reports what was lost: an attempt, a job, a proof', async () => {
      const drilling = drill('stop-agent');
      await vi.waitUntil(() => killed, PATIENCE);
      const jobs = await engine.jobs.jobsOfEpoch(epochOf(held));
      const [proven] = jobs.filter(({ state }) => state === 'proven');
      const [waiting] = jobs.filter(({ state }) => state === 'queued');
      await engine.jobs.reopen(proven!, 'its proof is gone');
      await engine.jobs.cancel(waiting!.id, 'by the test');
      await engine.jobs.fail(held.lease, 'failure', 'by the test');
      await engine.jobs.claim(held.id, OTHER, 120);
      expect((await drilling).lost).toEqual({
        jobs: [waiting!.id],
        proofs: [proven!.id],
        provenTwice: [],
        attempts: [{ jobId: held.id, cause: 'failure', count: 1 }],
      });
    });

    it('gives up when no process takes the fault in time, and leaves nothing of it in force', async () => {
      const drilling = drill('delay-settlement');
      const refused = expect(drilling).rejects.toThrow(NothingHitError);
      await vi.waitUntil(async () => (await note.find()).value?.id === 'drill', PATIENCE);
      await harness.elapse(3_601);
      await refused;
      expect((await note.find()).value?.endedAtMs).toBeDefined();
    });

    it('gives an agent that has to end itself no time beyond the one limit for the hit', async () => {
      let refusal: unknown;
      void drill('kill-agent', { endsItself: OTHER }).catch((error: unknown) => (refusal = error));
      await vi.waitUntil(async () => (await note.find()).value?.id === 'drill', PATIENCE);
      await harness.elapse(3_000);
      const waiting = (await engine.jobs.jobsOfEpoch(epochOf(held))).find(({ state }) => state === 'queued')!;
      await engine.jobs.claim(waiting.id, OTHER, 120);
      await vi.waitUntil(async () => (await note.find()).value?.agentId === OTHER, PATIENCE);
      await harness.elapse(601);
      await vi.waitUntil(() => refusal !== undefined, PATIENCE);
      expect(refusal).toBeInstanceOf(NothingHitError);
    });

    it('ends its fault when it is interrupted', async () => {
      const interrupt = new AbortController();
      const drilling = drill('delay-settlement', { signal: interrupt.signal });
      await vi.waitUntil(async () => (await note.find()).value?.id === 'drill', PATIENCE);
      interrupt.abort(new Error('Ctrl-C'));
      await expect(drilling).rejects.toThrow('Ctrl-C');
      expect((await note.find()).value?.endedAtMs).toBeDefined();
      const watch = aWatch();
      await watch.poll();
      expect(await drilledEngine(engine, watch).jobs.markProven(proofOf(held))).toBe('proven');
      expect((await note.find()).value?.taken).toBeUndefined();
    });

    interface DrillOptions {
      readonly signal?: AbortSignal;
      /** The agent to hit, which nothing kills from outside. @default agent-1, which the drill kills */
      readonly endsItself?: AgentId;
    }

    async function drill(
      fault: Fault,
      { signal = new AbortController().signal, endsItself }: DrillOptions = {},
    ): Promise<DrillReport> {
      killed = false;
      const end = async (): Promise<void> => {
        killed = true;
      };
      const control = { place: 'nowhere', stop: end, kill: endsItself === undefined ? end : undefined };
      const plan = await planOf(fault, control, endsItself);
      return runDrill(plan, {
        engine,
        id: 'drill',
        by: 'test',
        timeoutSeconds: 3_600,
        signal,
        nowMs: () => harness.nowMs(),
      });
    }

    async function planOf(fault: Fault, control: AgentControl, agentId: AgentId | undefined): Promise<DrillPlan> {
      return planDrill(engine, {
        fault,
        seconds: 300,
        agentId,
        nowMs: () => harness.nowMs(),
        liveChain: undefined,
        minMarginSeconds: -Infinity,
        findControl: async () => control,
      });
    }

    function record(id: string): DrillRecord {
      const startedAtMs = harness.nowMs();
      const expiresAtMs = startedAtMs + 3_600_000;
      return { id, fault: 'delay-settlement', by: 'test', faultSeconds: 300, startedAtMs, expiresAtMs };
    }

    function aWatch(): DrillWatch {
      return new DrillWatch({ note, program: 'agent on a host', pollMs: 1_000, nowMs: () => harness.nowMs(), log });
    }

    async function untilTaken(): Promise<DrillRecord['taken']> {
      await vi.waitUntil(async () => (await note.find()).value?.taken !== undefined, PATIENCE);
      return (await note.find()).value?.taken;
    }

    async function messages(): Promise<number> {
      return (await engine.queue.depths()).reduce((sum, { waiting, leased }) => sum + waiting + leased, 0);
    }
  });
}

function epochOf({ id }: JobRecord): Parameters<Engine['jobs']['jobsOfEpoch']>[0] {
  return parseProvingJobId(id).epochId;
}

function proofOf({ id, circuit, lease }: JobRecord): ProofReport {
  const proof = new TextEncoder().encode(`proof of ${id}`);
  return {
    jobId: id,
    agentId: lease?.agentId ?? OTHER,
    proof: { key: outputsKey(circuit, id), sha256: sha256Of(proof), sizeBytes: proof.byteLength },
    provingMs: 10,
    claimedAtMs: lease?.claimedAtMs ?? 0,
  };
}
