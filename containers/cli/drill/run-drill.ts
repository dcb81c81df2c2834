import { beginDrill, endDrill } from '../../../shared/drills/drill-lock.ts';
import { drillNote, type DrillRecord, type Fault } from '../../../shared/drills/drill-record.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import type { Incident } from '../../../shared/ledger/incident-log.ts';
import type { Note } from '../../../shared/ledger/notes.ts';
import { readJobs } from './drill-fleet.ts';
import type { DrillPlan } from './drill-plan.ts';
import { FAULT_KINDS } from './fault-kinds.ts';
import { findLosses, type Losses, type SeenJobs } from './losses.ts';
import { type Hit, RunningDrill, type RunDrillDeps } from './running-drill.ts';

export interface DrillReport {
  readonly id: string;
  readonly fault: Fault;
  readonly hit: Hit;
  /** From the end of the fault, in milliseconds; `undefined` when the fleet has not recovered in time. */
  readonly recoveredAfterMs: number | undefined;
  /** Requests to L1 that failed, of `fail-rpc`. */
  readonly failedRequests: number | undefined;
  readonly lost: Losses;
  /** What the fleet reported meanwhile, newest first, without the drill itself. */
  readonly incidents: readonly Incident[];
}

/** What the record outlasts the longest drill by. */
const SPARE_SECONDS = 60;
/** Enough for all that a fleet reports during a drill. */
const INCIDENTS_READ = 200;

/**
 * Brings the fault about, waits until the fleet has recovered, and compares the jobs before and after.
 * @throws {DrillUnderWayError} while another drill is under way
 * @throws {NothingHitError}
 * @throws the reason of `signal` when it aborts; the fault has ended by then, as at every other error
 */
export async function runDrill(plan: DrillPlan, deps: RunDrillDeps): Promise<DrillReport> {
  const { engine, id, by, timeoutSeconds, nowMs } = deps;
  const { fault, seconds } = plan;
  const note = drillNote(engine.notes);
  const before = await readJobs(engine, plan.open);
  const startedAtMs = nowMs();
  const expiresAtMs = startedAtMs + (2 * timeoutSeconds + seconds + SPARE_SECONDS) * 1000;
  await beginDrill(note, { id, fault, by, faultSeconds: seconds, startedAtMs, expiresAtMs });
  try {
    await reportDrill(engine, id, `begins: ${FAULT_KINDS[fault].summary}; by ${by}`);
    const drill = new RunningDrill(plan, note, startedAtMs, deps);
    const hit = await drill.hit();
    const recoveredAtMs = await drill.recoveredAtMs(hit);
    const report = await summarise(before, { plan, deps, hit, recoveredAtMs, note, startedAtMs });
    const recovery = recoveredAtMs === undefined ? 'the fleet has not recovered yet' : 'the fleet has recovered';
    await reportDrill(engine, id, `ends: ${recovery}`);
    return report;
  } finally {
    await endDrill(note, id, nowMs());
  }
}

async function reportDrill({ incidents }: Engine, id: string, what: string): Promise<void> {
  await incidents.report({ kind: 'drill', subject: `drill ${id}`, message: what });
}

async function summarise(
  before: SeenJobs,
  {
    plan,
    deps: { engine, id },
    hit,
    recoveredAtMs,
    note,
    startedAtMs,
  }: {
    readonly plan: DrillPlan;
    readonly deps: RunDrillDeps;
    readonly hit: Hit;
    readonly recoveredAtMs: number | undefined;
    readonly note: Note<DrillRecord>;
    readonly startedAtMs: number;
  },
): Promise<DrillReport> {
  const [after, latest, { value }] = await Promise.all([
    readJobs(engine, plan.open),
    engine.incidents.latest(INCIDENTS_READ),
    note.find(),
  ]);
  const incidents = latest.filter(({ atMs, kind }) => atMs >= startedAtMs && kind !== 'drill');
  const spared = new Set(FAULT_KINDS[plan.fault].attemptsPerJob > 0 ? hit.jobIds : []);
  return {
    id,
    fault: plan.fault,
    hit,
    recoveredAfterMs: recoveredAtMs === undefined ? undefined : Math.max(0, recoveredAtMs - hit.faultEndsAtMs),
    failedRequests: value?.id === id ? value.taken?.failedRequests : undefined,
    lost: findLosses({ before, after, incidents, spared }),
    incidents,
  };
}
