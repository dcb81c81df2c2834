import type { CircuitTally, JobTally } from '../../../shared/ledger/job-ledger.ts';
import { expectedTree } from '../../../shared/merge-tree/expected/tree-of-shape.ts';
import type { AgentsAhead } from '../../../shared/merge-tree/prediction/agents-ahead.ts';
import { type EpochAhead, predictEpochs } from '../../../shared/merge-tree/prediction/predict-epochs.ts';
import { UsualTimes } from '../../../shared/merge-tree/prediction/usual-times.ts';
import type { TimedJob } from '../../../shared/merge-tree/progress/timed-jobs.ts';
import { type TreeJob, workAhead } from '../../../shared/merge-tree/prediction/work-ahead.ts';
import type { CircuitName } from '../../../shared/proving-job/circuit-catalogue.ts';
import { type EpochPlan, INCLUSION_SECONDS } from '../fleet-simulator/epoch-plan.ts';
import type { EpochRun } from '../fleet-simulator/epoch-run.ts';
import { comingSoon } from '../fleet-simulator/epoch-loads.ts';
import { CAPACITIES, POOLS } from '../fleet-simulator/pools.ts';
import { CIRCUITS, POOL_OF_CIRCUIT } from '../fleet-simulator/simulated-circuits.ts';
import type { DesiredAgents, FleetView, ScalingRule } from '../fleet-simulator/rules/scaling-rule.ts';
import { type PredictedRoot, stageOf } from './eta-error.ts';
import { leasedJob } from './replay.ts';

const VERSION = '4.1.2';
const HOP_SECONDS = 1;
const START_UP_SECONDS = 75;
/** Jobs of an earlier epoch that show how long a circuit takes. */
const JOBS_PER_CIRCUIT = 40;

/** A prediction, and the moment at which it was made. */
export interface MadePrediction extends Omit<PredictedRoot, 'actual'> {
  readonly epoch: number;
  readonly atSeconds: number;
}

/**
 * Decides as another rule does, and predicts meanwhile: once at each stage of every epoch, from what a ledger would show.
 * @param everySeconds at most so long between two of its moments, whatever the rule's own are
 */
export function watching(
  rule: ScalingRule,
  everySeconds: number,
  onPrediction: (made: MadePrediction) => void,
): ScalingRule {
  const stages = new Map<EpochPlan, number>();
  let known: readonly TimedJob[] = [];
  let decided: { readonly atSeconds: number; readonly agents: DesiredAgents } | undefined;
  return {
    ...rule,
    everySeconds: Math.min(everySeconds, rule.everySeconds),
    decide: (view) => {
      const isDue = decided === undefined || view.nowSeconds >= decided.atSeconds + rule.everySeconds;
      if (decided === undefined || isDue || rule.hearsOfEvents)
        decided = { atSeconds: view.nowSeconds, agents: rule.decide(view) };
      const { agents } = decided;
      const due = view.epochs.filter((run) => stageOf(shareDone(run)) > (stages.get(run.plan) ?? -1));
      for (const { plan } of view.epochs) if (!stages.has(plan)) known = [...known, ...timedJobs(plan)].slice(-5000);
      for (const run of due) stages.set(run.plan, stageOf(shareDone(run)));
      if (due.length > 0) {
        const times = new UsualTimes(VERSION, known);
        const predictions = predictEpochs({
          epochs: [
            ...view.epochs.map((run) => epochAhead(run.plan, tallyOf(run), times, view.nowSeconds)),
            ...comingSoon(view).map((plan) => epochAhead(plan, new Map(), times, view.nowSeconds)),
          ],
          agents: agentsAhead(view, agents, rule.hearsOfEvents),
          order: 'lanes',
          hopSeconds: HOP_SECONDS,
        });
        for (const run of due) {
          const { rootInSeconds } = predictions[view.epochs.indexOf(run)]!;
          onPrediction({
            ...rootInSeconds,
            epoch: run.plan.epoch,
            atSeconds: view.nowSeconds,
            shareDone: shareDone(run),
          });
        }
      }
      return agents;
    },
  };
}

function epochAhead(plan: EpochPlan, tally: JobTally, times: UsualTimes, nowSeconds: number): EpochAhead {
  return {
    work: workAhead(treeOf(plan), tally, {
      networkVersion: VERSION,
      nowMs: nowSeconds * 1000,
      growsForSeconds: Math.max(0, plan.endsAtSeconds - nowSeconds),
    }),
    times,
    secondsLeft: plan.deadlineAtSeconds - INCLUSION_SECONDS - nowSeconds,
  };
}

const trees = new WeakMap<EpochPlan, readonly TreeJob[]>();

function treeOf(plan: EpochPlan): readonly TreeJob[] {
  const tree = trees.get(plan) ?? expectedTree(plan.shape).jobs;
  trees.set(plan, tree);
  return tree;
}

function shareDone({ proven, plan }: EpochRun): number {
  return proven.reduce((sum, count) => sum + count, 0) / plan.circuits.length;
}

function tallyOf({ proven, waitingJobs, provingJobs }: EpochRun): JobTally {
  const running = Map.groupBy(provingJobs, ({ circuit }) => circuit);
  const waiting = Map.groupBy(waitingJobs, ({ circuit }) => circuit);
  const circuits = new Set([
    ...running.keys(),
    ...waiting.keys(),
    ...proven.keys().filter((circuit) => proven[circuit]! > 0),
  ]);
  return new Map(
    [...circuits].map((circuit): [CircuitName, CircuitTally] => {
      const queued = Map.groupBy(waiting.get(circuit) ?? [], ({ pool }) => pool);
      return [
        CIRCUITS[circuit]!,
        {
          proven: proven[circuit]!,
          rejected: 0,
          queued: new Map([...queued].map(([pool, jobs]) => [pool, jobs.length])),
          leased: (running.get(circuit) ?? []).map((job) => leasedJob(job.pool, job.startedAtSeconds * 1000)),
        },
      ];
    }),
  );
}

/** The jobs of an epoch that has begun, as the ledger shows them once it is proven: the next epoch learns from them. */
function timedJobs({ circuits, durationSeconds, endsAtSeconds }: EpochPlan): readonly TimedJob[] {
  const counts = CIRCUITS.map(() => 0);
  return [...circuits].flatMap((circuit, job) => {
    if (counts[circuit]!++ >= JOBS_PER_CIRCUIT) return [];
    const settledAtMs = endsAtSeconds * 1000 + job;
    return [
      {
        state: 'proven' as const,
        networkVersion: VERSION,
        circuit: CIRCUITS[circuit]!,
        pool: POOL_OF_CIRCUIT[circuit]!,
        claimedAtMs: settledAtMs - (durationSeconds[job]! + 0.5) * 1000,
        settledAtMs,
      },
    ];
  });
}

function agentsAhead({ pools }: FleetView, desired: DesiredAgents, isScaled: boolean): AgentsAhead {
  const slots = POOLS.flatMap((pool) => {
    const services = CAPACITIES.map((capacity) => ({
      ...pools[pool].services[capacity],
      wanted: desired[pool][capacity],
    }));
    const running = services.reduce((sum, service) => sum + service.running, 0);
    const coming = services.reduce((sum, service) => sum + Math.max(0, service.wanted - service.running), 0);
    return [
      { pools: [pool], slots: running, inSeconds: 0 },
      { pools: [pool], slots: coming, inSeconds: START_UP_SECONDS },
    ].filter((group) => group.slots > 0);
  });
  return {
    slots,
    scaling: isScaled ? { pools: POOLS, startUpSeconds: START_UP_SECONDS + 30, reserveSeconds: 420 } : undefined,
  };
}
