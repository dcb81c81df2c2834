import type { GrowingEpoch } from '../../shared/agent-fleet/growing-epoch.ts';
import type { EpochLedger, EpochRecord } from '../../shared/ledger/epoch-ledger.ts';
import { type JobLedger, type JobRecord, leaseAt, stragglerAt } from '../../shared/ledger/job-ledger.ts';
import { circuitStandings } from '../../shared/merge-tree/progress/circuit-standings.ts';
import { CriticalPath } from '../../shared/merge-tree/progress/critical-path.ts';
import { expectedTree } from '../../shared/merge-tree/expected/tree-of-shape.ts';
import { LearnedDurations } from '../../shared/merge-tree/progress/learned-durations.ts';
import { type PoolSlots, WorkLeft } from '../../shared/merge-tree/progress/work-left.ts';
import { Pool } from '../../shared/proving-job/circuit-family.ts';
import type { CircuitName } from '../../shared/proving-job/circuit-catalogue.ts';
import type { EndedEpochs } from './ended-epochs.ts';
import type { EpochLoad } from './decide/fleet-state.ts';
import type { RunningJob } from './decide/stragglers.ts';

/** The jobs of one pool that agents are needed for. */
export interface PoolJobs {
  /** Of epochs that are being proven: no agent holds them. */
  readonly waiting: number;
  /** Agents hold them, whatever became of their epoch; one that two agents prove counts as two. */
  readonly running: number;
}

/** What there is to do. */
export interface FleetLoads {
  /** Every epoch that may matter still, newest first. */
  readonly latest: readonly EpochRecord[];
  /** Epochs that are being proven and whose window is open. */
  readonly epochs: readonly EpochLoad[];
  readonly jobs: Readonly<Record<Pool, PoolJobs>>;
  /** Jobs of those epochs that agents prove. */
  readonly running: readonly RunningJob[];
}

export interface ReadLoadsDeps {
  readonly epochs: Pick<EpochLedger, 'latest'>;
  readonly jobs: Pick<JobLedger, 'jobsOfEpoch'>;
  readonly ended: EndedEpochs;
  readonly slotsOf: (pool: Pool) => PoolSlots;
  /** As the node told it last. */
  readonly growing: GrowingEpoch | undefined;
  readonly nowMs: number;
}

/** More than a window of the longest kind holds. */
const LATEST_EPOCHS = 16;
/** A job that was held when its epoch ended is done with, or lost, after this. */
const ENDED_LATELY_MS = 10 * 60_000;
/** An epoch that grows is prepared for in its last two slots of 72 s: all but its last checkpoints are known by then. */
const FORESIGHT_MS = 144_000;
/** Agents wait for so long for the node to open it; should the node be away, they go again. */
const OPENED_LATE_MS = 5 * 60_000;

/**
 * Reads from the ledger what is left of the open epochs. Not from the queues: their own counts are late, and know nothing
 * of leases that have ended.
 */
export async function readLoads(deps: ReadLoadsDeps): Promise<FleetLoads> {
  const { epochs, jobs, ended, growing, nowMs } = deps;
  const latest = await epochs.latest(LATEST_EPOCHS);
  const [live, history] = await Promise.all([
    Promise.all(
      latest
        .filter((epoch) => mayHaveJobs(epoch, nowMs))
        .map(async (epoch) => ({ epoch, records: await jobs.jobsOfEpoch(epoch.epoch) })),
    ),
    ended.jobsOf(latest),
  ]);
  const open = live.filter(({ epoch }) => isOpen(epoch, nowMs));
  const known = [...history, ...live.flatMap(({ records }) => records)];
  const loads = open.map(({ epoch, records }) => loadOf(epoch, records, known, deps));
  return {
    latest,
    epochs: [
      ...loads.map(({ load }) => load),
      ...(growing !== undefined && isComing(growing, latest, nowMs) ? [loadOfGrowing(growing, known, deps)] : []),
    ],
    jobs: countJobs(live, nowMs),
    running: loads.flatMap(({ running }) => running),
  };
}

function loadOf(
  epoch: EpochRecord,
  records: readonly JobRecord[],
  known: readonly JobRecord[],
  { slotsOf, nowMs }: ReadLoadsDeps,
): { readonly load: EpochLoad; readonly running: readonly RunningJob[] } {
  const durations = new LearnedDurations(epoch.networkVersion, known);
  const tree = expectedTree(epoch.shape);
  const range = { rangeId: epoch.rangeId, nowMs };
  const p95Of = (circuit: CircuitName): number => durations.secondsOf(circuit).p95;
  const path = new CriticalPath(tree, p95Of);
  const work = new WorkLeft(tree);
  const { deadlineAtMs } = epoch;
  return {
    load: {
      epoch: epoch.epoch,
      deadlineAtMs,
      startsAtMs: epoch.openedAtMs,
      pathSeconds: path.left(records, range).seconds,
      pools: work.byPool(circuitStandings(records, range), {
        secondsOf: (circuit, pool) => durations.secondsOf(circuit, pool),
        slotsOf,
      }),
    },
    running: records
      .filter((record) => record.rangeId === epoch.rangeId && leaseAt(record, nowMs) !== undefined)
      .map((record) => ({
        record,
        p95Seconds: durations.secondsOf(record.circuit, record.pool).p95,
        aboveSeconds: (work.chainsAbove.get(record.circuit) ?? []).reduce((sum, circuit) => sum + p95Of(circuit), 0),
        deadlineAtMs,
      })),
  };
}

/** Of an epoch that is about to end: what it has so far is near enough to all of it. */
function loadOfGrowing(
  { epoch, networkVersion, shape, endsAtMs, deadlineAtMs }: GrowingEpoch,
  known: readonly JobRecord[],
  { slotsOf, nowMs }: ReadLoadsDeps,
): EpochLoad {
  const durations = new LearnedDurations(networkVersion, known);
  const tree = expectedTree(shape);
  const path = new CriticalPath(tree, (circuit) => durations.secondsOf(circuit).p95);
  return {
    epoch,
    deadlineAtMs,
    startsAtMs: endsAtMs,
    pathSeconds: path.full.seconds,
    pools: new WorkLeft(tree).byPool(new Map(), {
      secondsOf: (circuit, pool) => durations.secondsOf(circuit, pool),
      slotsOf,
      startsInSeconds: Math.max(0, endsAtMs - nowMs) / 1000,
    }),
  };
}

function isComing({ epoch, endsAtMs }: GrowingEpoch, latest: readonly EpochRecord[], nowMs: number): boolean {
  if (latest.some((record) => record.epoch === epoch)) return false;
  return nowMs > endsAtMs - FORESIGHT_MS && nowMs < endsAtMs + OPENED_LATE_MS;
}

function countJobs(
  live: readonly { readonly epoch: EpochRecord; readonly records: readonly JobRecord[] }[],
  nowMs: number,
): Record<Pool, PoolJobs> {
  const counts = Object.fromEntries(Pool.options.map((pool) => [pool, { waiting: 0, running: 0 }])) as Record<
    Pool,
    { waiting: number; running: number }
  >;
  for (const { epoch, records } of live) {
    for (const job of records) {
      if (leaseAt(job, nowMs) !== undefined) counts[job.pool].running += 1;
      else if (isOpen(epoch, nowMs) && (job.state === 'queued' || job.state === 'leased'))
        counts[job.pool].waiting += 1;
      if (stragglerAt(job, nowMs) !== undefined) counts[job.pool].running += 1;
    }
  }
  return counts;
}

function isOpen({ state, deadlineAtMs }: EpochRecord, nowMs: number): boolean {
  return state === 'proving' && nowMs < deadlineAtMs;
}

function mayHaveJobs(epoch: EpochRecord, nowMs: number): boolean {
  return epoch.state === 'proving' || nowMs - (epoch.closedAtMs ?? nowMs) < ENDED_LATELY_MS;
}
