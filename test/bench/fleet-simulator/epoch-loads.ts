import type { EpochLoad } from '../../../functions/scale-fleet/decide/fleet-state.ts';
import type { CircuitStandings } from '../../../shared/merge-tree/progress/circuit-standings.ts';
import { expectedTree } from '../../../shared/merge-tree/expected/tree-of-shape.ts';
import { LearnedDurations } from '../../../shared/merge-tree/progress/learned-durations.ts';
import { WorkLeft, type WorkLeftOptions } from '../../../shared/merge-tree/progress/work-left.ts';
import { CIRCUITS, type EpochPlan, SLOT_SECONDS } from './epoch-plan.ts';
import type { EpochRun } from './epoch-run.ts';
import { START_UP_SECONDS } from './pool-states.ts';
import { CAPACITIES, type SimulatedPool } from './pools.ts';
import type { FleetView } from './rules/scaling-rule.ts';
import { namesOfEpoch } from '../../fixtures/epoch-id.ts';

/** A growing epoch is shown only once agents ordered for it would come just in time. */
const FORESIGHT_SECONDS = 2 * SLOT_SECONDS;

const durations = new LearnedDurations('4.1.2', []);

/** What the ledger would show of each epoch, through the code with which the scaler reads it. */
export class EpochLoads {
  #workLeft = new Map<EpochPlan, WorkLeft>();

  of(view: FleetView): readonly EpochLoad[] {
    const known = this.#workLeft;
    const plans = [...view.epochs.map(({ plan }) => plan), ...comingSoon(view)];
    this.#workLeft = new Map(plans.map((plan) => [plan, known.get(plan) ?? new WorkLeft(expectedTree(plan.shape))]));
    return [
      ...view.epochs.map((run) =>
        this.#load(run.plan, view, pathSeconds(run, view.nowSeconds), standingsOf(run, view)),
      ),
      ...comingSoon(view).map((plan) => this.#load(plan, view, plan.secondsToRoot.reduce(larger), new Map())),
    ];
  }

  #load(plan: EpochPlan, view: FleetView, pathSeconds: number, standings: CircuitStandings): EpochLoad {
    const startsAtSeconds = plan.askableAtSeconds.reduce((least, at) => Math.min(least, at));
    const options: WorkLeftOptions = {
      secondsOf: (circuit) => durations.secondsOf(circuit),
      slotsOf: (pool) => ({ slots: runningAgents(view, pool as SimulatedPool), startUpSeconds: START_UP_SECONDS }),
      startsInSeconds: Math.max(0, startsAtSeconds - view.nowSeconds),
    };
    return {
      ...namesOfEpoch(plan.epoch),
      deadlineAtMs: plan.deadlineAtSeconds * 1000,
      startsAtMs: startsAtSeconds * 1000,
      pathSeconds,
      pools: this.#workLeft.get(plan)!.byPool(standings, options),
    };
  }
}

/** The epoch that ends next. All but its last checkpoints are on L1 by then, so its whole shape is close enough. */
function comingSoon({ coming, nowSeconds }: FleetView): EpochPlan[] {
  return coming !== undefined && coming.endsAtSeconds - nowSeconds <= FORESIGHT_SECONDS ? [coming] : [];
}

function standingsOf({ proven, waiting, provingJobs }: EpochRun, { nowSeconds }: FleetView): CircuitStandings {
  const runningForSeconds = CIRCUITS.map((): number[] => []);
  for (const { circuit, startedAtSeconds } of provingJobs) {
    runningForSeconds[circuit]!.push(nowSeconds - startedAtSeconds);
  }
  return new Map(
    CIRCUITS.map((circuit, index) => [
      circuit,
      { proven: proven[index]!, waiting: waiting[index]!, runningForSeconds: runningForSeconds[index]! },
    ]),
  );
}

/** The longest path from an unproven job to the root. */
function pathSeconds({ plan, waitingJobs, provingJobs, executingJobs }: EpochRun, nowSeconds: number): number {
  let longest = 0;
  for (const { secondsToRoot } of waitingJobs) longest = larger(longest, secondsToRoot);
  for (const job of executingJobs) longest = larger(longest, plan.secondsToRoot[job]!);
  for (const { circuit, secondsToRoot, startedAtSeconds } of provingJobs) {
    const { mean } = durations.secondsOf(CIRCUITS[circuit]!);
    longest = larger(longest, secondsToRoot - Math.min(mean, nowSeconds - startedAtSeconds));
  }
  return longest;
}

function runningAgents({ pools }: FleetView, pool: SimulatedPool): number {
  return CAPACITIES.reduce((sum, capacity) => sum + pools[pool].services[capacity].running, 0);
}

function larger(left: number, right: number): number {
  return left > right ? left : right;
}
