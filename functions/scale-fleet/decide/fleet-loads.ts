import type { GrowingEpoch } from '../../../shared/agent-fleet/growing-epoch.ts';
import type { EpochRecord } from '../../../shared/ledger/epoch-ledger.ts';
import { needOfEpoch } from '../../../shared/ledger/epoch-needs.ts';
import { type JobRecord, type JobTally, leaseAt, stragglerAt } from '../../../shared/ledger/job-ledger.ts';
import { expectedTree } from '../../../shared/merge-tree/expected/tree-of-shape.ts';
import type { EpochCounts } from '../../../shared/merge-tree/forecast/jobs-to-come.ts';
import { streamClock } from '../../../shared/merge-tree/forecast/stream-clock.ts';
import { type CircuitStandings, circuitStandings } from '../../../shared/merge-tree/progress/circuit-standings.ts';
import { CriticalPath } from '../../../shared/merge-tree/progress/critical-path.ts';
import { LearnedDurations } from '../../../shared/merge-tree/progress/learned-durations.ts';
import { type PoolSlots, WorkLeft } from '../../../shared/merge-tree/progress/work-left.ts';
import { type CircuitName, isRoot } from '../../../shared/proving-job/circuit-catalogue.ts';
import { Pool } from '../../../shared/proving-job/circuit-family.ts';
import type { EpochShape } from '../../../shared/proving-job/epoch-shape.ts';
import { type EpochId, isOfLine, parseEpochId } from '../../../shared/proving-job/epoch-id.ts';
import type { EpochLoad, PoolJobs } from './fleet-state.ts';
import type { RunningJob } from './stragglers.ts';
import { type PlannedLoad, streamedLoad } from './streamed-load.ts';

/** An epoch and how far its jobs are. */
export interface EpochJobs {
  readonly epoch: EpochRecord;
  readonly tally: JobTally;
}

/** What the ledger holds, as far as it says how much work is left. */
export interface FleetLoadsInput {
  /** Every epoch that may still matter, newest first. */
  readonly latest: readonly EpochRecord[];
  /** Those of them for which {@link mayHaveJobs}. */
  readonly live: readonly EpochJobs[];
  /** Proven jobs, some of each circuit: they show how long circuits take. */
  readonly proven: readonly JobRecord[];
  /** What the newest epochs that streamed to their end had, by version. @default none is known */
  readonly earlier?: ReadonlyMap<string, readonly EpochCounts[]>;
  /** As the node last reported it. */
  readonly growing: GrowingEpoch | undefined;
  readonly slotsOf: (pool: Pool) => PoolSlots;
  readonly nowMs: number;
}

/** The work that is left. */
export interface FleetLoads {
  /** Epochs that need proofs, also those that failed and are taken up again, and the one that is about to end. */
  readonly epochs: readonly EpochLoad[];
  readonly jobs: Readonly<Record<Pool, PoolJobs>>;
  /** Jobs of those epochs that agents are proving. */
  readonly running: readonly RunningJob[];
}

/** A job that an agent held when its epoch ended is finished or lost after this. */
const ENDED_LATELY_MS = 10 * 60_000;
/** A growing epoch is prepared for in its last two slots of 72 s: all but its last checkpoints are known by then. */
const FORESIGHT_MS = 144_000;
/** Two epochs of 32 slots of 72 s: an epoch, and the one in which its proof is accepted. */
const MAINNET_WINDOW_MS = 2 * 32 * 72_000;
const LATE_WINDOW_MS = 20 * 60_000;
/** How long agents wait for the node to open that epoch; if the node is away, they are stopped again. */
const OPENED_LATE_MS = 5 * 60_000;

/** Works out what is left of the open epochs. */
export function fleetLoads(input: FleetLoadsInput): FleetLoads {
  const { latest, live, growing, nowMs } = input;
  const open = live.filter(({ epoch }) => needOfEpoch(epoch, nowMs) === 'proofs');
  const loads = open.map((jobs) => loadOf(jobs, input));
  return {
    epochs: [
      ...loads.map(({ load }) => load),
      ...(growing !== undefined && isComing(growing, latest, nowMs) ? [loadOfGrowing(growing, input)] : []),
    ],
    jobs: countJobs(live, new Set(loads.flatMap(({ load }) => (load.stream?.orphans ? [load.id] : []))), nowMs),
    running: loads.flatMap(({ running }) => running),
  };
}

/** Whether agents may still hold or want jobs of the epoch. */
export function mayHaveJobs(epoch: EpochRecord, nowMs: number): boolean {
  return needOfEpoch(epoch, nowMs) === 'proofs' || nowMs - (epoch.closedAtMs ?? nowMs) < ENDED_LATELY_MS;
}

function loadOf(
  { epoch, tally }: EpochJobs,
  input: FleetLoadsInput,
): { readonly load: EpochLoad; readonly running: readonly RunningJob[] } {
  const { proven, nowMs } = input;
  const durations = new LearnedDurations(epoch.networkVersion, proven);
  const standings = circuitStandings(tally, epoch.networkVersion, nowMs);
  const deadlineAtMs = planningDeadlineAtMs(epoch, nowMs);
  const { load, aboveSeconds } =
    epoch.shape === undefined
      ? streamedLoad({
          ...input,
          epoch: { ...epoch, deadlineAtMs },
          clock: streamClock(epoch, input.latest),
          standings,
          earlier: input.earlier?.get(epoch.networkVersion) ?? [],
          durations,
        })
      : shapedLoad({ ...epoch, shape: epoch.shape, deadlineAtMs }, standings, durations, input);
  return {
    load,
    running: leasedJobs(tally)
      .filter((record) => leaseAt(record, nowMs) !== undefined)
      .map((record) => ({
        record,
        p95Seconds: durations.secondsOf(record.circuit, record.pool).p95,
        aboveSeconds: aboveSeconds(record.circuit),
        deadlineAtMs,
      })),
  };
}

function shapedLoad(
  { id, epoch, deadlineAtMs, openedAtMs, shape }: EpochRecord & { readonly shape: EpochShape },
  standings: CircuitStandings,
  durations: LearnedDurations,
  { slotsOf }: Pick<FleetLoadsInput, 'slotsOf'>,
): PlannedLoad {
  const tree = expectedTree(shape);
  const p95Of = (circuit: CircuitName): number => durations.secondsOf(circuit).p95;
  const work = new WorkLeft(tree);
  return {
    load: {
      id,
      epoch,
      deadlineAtMs,
      startsAtMs: openedAtMs,
      pathSeconds: new CriticalPath(tree, p95Of).left(standings).seconds,
      pools: work.byPool(standings, { secondsOf: (circuit, pool) => durations.secondsOf(circuit, pool), slotsOf }),
    },
    aboveSeconds: (circuit) => (work.chainsAbove.get(circuit) ?? []).reduce((sum, above) => sum + p95Of(above), 0),
  };
}

/** A line's epochs have no window that is known: they are proven as if mainnet's were theirs, and without delay after that. */
function planningDeadlineAtMs({ id, openedAtMs, deadlineAtMs }: EpochRecord, nowMs: number): number {
  if (!isOfLine(id)) return deadlineAtMs;
  return Math.min(deadlineAtMs, Math.max(openedAtMs + MAINNET_WINDOW_MS, nowMs + LATE_WINDOW_MS));
}

/** The load of an epoch that is about to end: what it holds so far is close enough to all of it. */
function loadOfGrowing(
  { id, networkVersion, shape, endsAtMs, deadlineAtMs }: GrowingEpoch,
  { proven, slotsOf, nowMs }: FleetLoadsInput,
): EpochLoad {
  const durations = new LearnedDurations(networkVersion, proven);
  const tree = expectedTree(shape);
  const path = new CriticalPath(tree, (circuit) => durations.secondsOf(circuit).p95);
  return {
    id,
    epoch: parseEpochId(id).epoch,
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

function isComing({ id, endsAtMs }: GrowingEpoch, latest: readonly EpochRecord[], nowMs: number): boolean {
  if (latest.some((record) => record.id === id)) return false;
  return nowMs > endsAtMs - FORESIGHT_MS && nowMs < endsAtMs + OPENED_LATE_MS;
}

/** @param orphaned epochs that need no more than their root: what else waits there, no agent has to come for */
function countJobs(live: readonly EpochJobs[], orphaned: ReadonlySet<EpochId>, nowMs: number): Record<Pool, PoolJobs> {
  const counts = Object.fromEntries(Pool.options.map((pool) => [pool, { waiting: 0, running: 0 }])) as Record<
    Pool,
    { waiting: number; running: number }
  >;
  for (const { epoch, tally } of live) {
    const wantsProofs = needOfEpoch(epoch, nowMs) === 'proofs';
    const isWanted = (circuit: CircuitName): boolean => wantsProofs && (!orphaned.has(epoch.id) || isRoot(circuit));
    for (const [circuit, { queued }] of tally) {
      for (const [pool, jobs] of queued) if (isWanted(circuit)) counts[pool].waiting += jobs;
    }
    for (const job of leasedJobs(tally)) {
      if (leaseAt(job, nowMs) !== undefined) counts[job.pool].running += 1;
      else if (isWanted(job.circuit)) counts[job.pool].waiting += 1;
      if (stragglerAt(job, nowMs) !== undefined) counts[job.pool].running += 1;
    }
  }
  return counts;
}

function leasedJobs(tally: JobTally): readonly JobRecord[] {
  return [...tally.values()].flatMap(({ leased }) => leased);
}
