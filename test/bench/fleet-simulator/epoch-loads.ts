import type { EpochLoad } from '../../../functions/scale-fleet/decide/fleet-state.ts';
import { streamedLoad } from '../../../functions/scale-fleet/decide/streamed-load.ts';
import { expectedTree } from '../../../shared/merge-tree/expected/tree-of-shape.ts';
import type { EpochCounts } from '../../../shared/merge-tree/forecast/jobs-to-come.ts';
import { streamClock } from '../../../shared/merge-tree/forecast/stream-clock.ts';
import type { CircuitStandings } from '../../../shared/merge-tree/progress/circuit-standings.ts';
import { LearnedDurations } from '../../../shared/merge-tree/progress/learned-durations.ts';
import { type PoolSlots, WorkLeft, type WorkLeftOptions } from '../../../shared/merge-tree/progress/work-left.ts';
import type { CircuitName } from '../../../shared/proving-job/circuit-catalogue.ts';
import type { Pool } from '../../../shared/proving-job/circuit-family.ts';
import { namesOfEpoch } from '../../fixtures/epoch-id.ts';
import { type EpochPlan, SLOT_SECONDS } from './epoch-plan.ts';
import type { EpochRun } from './epoch-run.ts';
import { START_UP_SECONDS } from './pool-states.ts';
import { CAPACITIES, type SimulatedPool } from './pools.ts';
import type { FleetView } from './rules/scaling-rule.ts';
import { CIRCUITS, POOL_OF_CIRCUIT, type SimulatedVersion } from './simulated-circuits.ts';

/** A growing epoch is shown only once agents ordered for it would come just in time. */
const FORESIGHT_SECONDS = 2 * SLOT_SECONDS;
/** As many as the scaler reads. */
const EARLIER_EPOCHS = 3;

/** What circuits take, as the scaler knows it. */
export const DURATIONS: Readonly<Record<SimulatedVersion, LearnedDurations>> = {
  '4.1.2': new LearnedDurations('4.1.2', []),
  '6.0.0': new LearnedDurations('6.0.0', []),
};

/** What the ledger would show of each epoch, through the code with which the scaler reads it. */
export class EpochLoads {
  #workLeft = new Map<EpochPlan, WorkLeft>();
  /** Of epochs that were proven, the newest first. */
  #earlier: readonly EpochCounts[] = [];
  #open: readonly EpochRun[] = [];

  of(view: FleetView): readonly EpochLoad[] {
    const known = this.#workLeft;
    const whole = view.epochs.filter(({ plan }) => plan.networkVersion === '4.1.2');
    const plans = [...whole.map(({ plan }) => plan), ...comingSoon(view)];
    this.#workLeft = new Map(plans.map((plan) => [plan, known.get(plan) ?? new WorkLeft(expectedTree(plan.shape))]));
    this.#rememberEnded(view);
    return [
      ...view.epochs.map((run) => this.#loadOf(run, view)),
      ...comingSoon(view).map((plan) => this.#shaped(plan, view, plan.secondsToRoot.reduce(larger), new Map())),
    ];
  }

  #loadOf(run: EpochRun, view: FleetView): EpochLoad {
    const standings = standingsOf(run, view);
    if (run.plan.networkVersion === '4.1.2') {
      return this.#shaped(run.plan, view, pathSeconds(run, view.nowSeconds), standings);
    }
    const { epoch, networkVersion, opensAtSeconds, deadlineAtSeconds } = run.plan;
    const record = {
      ...namesOfEpoch(epoch),
      networkVersion,
      // By its first job, when its first slot is over.
      openedAtMs: (opensAtSeconds + SLOT_SECONDS) * 1000,
      deadlineAtMs: deadlineAtSeconds * 1000,
    };
    return streamedLoad({
      epoch: record,
      clock: streamClock(record, []),
      standings,
      earlier: this.#earlier,
      durations: DURATIONS[networkVersion],
      slotsOf: slotsOf(view),
      nowMs: view.nowSeconds * 1000,
    }).load;
  }

  #shaped(plan: EpochPlan, view: FleetView, pathLeft: number, standings: CircuitStandings): EpochLoad {
    const startsAtSeconds = plan.askableAtSeconds.reduce((least, at) => Math.min(least, at));
    const options: WorkLeftOptions = {
      secondsOf: (circuit) => DURATIONS['4.1.2'].secondsOf(circuit),
      slotsOf: slotsOf(view),
      startsInSeconds: Math.max(0, startsAtSeconds - view.nowSeconds),
    };
    return {
      ...namesOfEpoch(plan.epoch),
      deadlineAtMs: plan.deadlineAtSeconds * 1000,
      startsAtMs: startsAtSeconds * 1000,
      pathSeconds: pathLeft,
      pools: this.#workLeft.get(plan)!.byPool(standings, options),
    };
  }

  #rememberEnded({ epochs }: FleetView): void {
    const ended = this.#open.filter((run) => !epochs.includes(run) && run.rootAtSeconds !== undefined);
    this.#open = [...epochs];
    const counts = ended.map(({ proven }) => countsOf(proven));
    this.#earlier = [...counts, ...this.#earlier].slice(0, EARLIER_EPOCHS);
  }
}

/** The epoch that ends next. All but its last checkpoints are on L1 by then, so its whole shape is close enough. */
export function comingSoon({ coming, nowSeconds }: FleetView): EpochPlan[] {
  if (coming?.networkVersion !== '4.1.2') return [];
  return coming.endsAtSeconds - nowSeconds <= FORESIGHT_SECONDS ? [coming] : [];
}

function slotsOf({ pools }: FleetView): (pool: Pool) => PoolSlots {
  return (pool) => {
    const { services } = pools[pool as SimulatedPool];
    const slots = CAPACITIES.reduce((sum, capacity) => sum + services[capacity].running, 0);
    return { slots, startUpSeconds: START_UP_SECONDS };
  };
}

function countsOf(proven: Uint32Array): EpochCounts {
  return new Map(CIRCUITS.map((circuit, index) => [circuit, proven[index]!] as const).filter(([, jobs]) => jobs > 0));
}

/** Of one circuit, in one pool. */
interface Open {
  readonly runningForSeconds: number[];
  waiting: number;
}

interface Standing extends Open {
  readonly proven: number;
  readonly moved: Map<Pool, Open>;
}

function standingsOf(
  { plan, proven, waitingJobs, provingJobs }: EpochRun,
  { nowSeconds }: FleetView,
): CircuitStandings {
  const standings = new Map<CircuitName, Standing>();
  const standingOf = (circuit: number): Standing => {
    const known: Standing = standings.get(CIRCUITS[circuit]!) ?? {
      proven: proven[circuit]!,
      waiting: 0,
      runningForSeconds: [],
      moved: new Map<Pool, Open>(),
    };
    standings.set(CIRCUITS[circuit]!, known);
    return known;
  };
  const openOf = (circuit: number, pool: Pool): Open => {
    const own = standingOf(circuit);
    if (pool === POOL_OF_CIRCUIT[circuit]) return own;
    const moved = own.moved.get(pool) ?? { waiting: 0, runningForSeconds: [] };
    own.moved.set(pool, moved);
    return moved;
  };
  for (const circuit of new Set(plan.circuits)) if (proven[circuit]! > 0) standingOf(circuit);
  for (const { circuit, pool } of waitingJobs) openOf(circuit, pool).waiting += 1;
  for (const { circuit, pool, startedAtSeconds } of provingJobs) {
    openOf(circuit, pool).runningForSeconds.push(nowSeconds - startedAtSeconds);
  }
  return standings;
}

/** The longest path from an unproven job to the root. */
function pathSeconds({ plan, waitingJobs, provingJobs, executingJobs }: EpochRun, nowSeconds: number): number {
  let longest = 0;
  for (const { secondsToRoot } of waitingJobs) longest = larger(longest, secondsToRoot);
  for (const job of executingJobs) longest = larger(longest, plan.secondsToRoot[job]!);
  for (const { circuit, secondsToRoot, startedAtSeconds } of provingJobs) {
    const { mean } = DURATIONS[plan.networkVersion].secondsOf(CIRCUITS[circuit]!);
    longest = larger(longest, secondsToRoot - Math.min(mean, nowSeconds - startedAtSeconds));
  }
  return longest;
}

function larger(left: number, right: number): number {
  return left > right ? left : right;
}
