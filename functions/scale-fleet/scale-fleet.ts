import type { AgentFleet, AgentGroup, Capacity } from '../../shared/agent-fleet/agent-fleet.ts';
import type { FleetPools } from '../../shared/agent-fleet/fleet-pools.ts';
import type { GrowingEpochs } from '../../shared/agent-fleet/growing-epoch.ts';
import type { SpotEvents } from '../../shared/agent-fleet/spot-events.ts';
import type { DecisionLog } from '../../shared/ledger/decision-log.ts';
import { needOfEpoch } from '../../shared/ledger/epoch-needs.ts';
import type { Note } from '../../shared/ledger/notes.ts';
import { Pool } from '../../shared/proving-job/circuit-family.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { Metrics } from '../../shared/telemetry/metrics.ts';
import { costOfDay } from './cost-of-day.ts';
import { decideFleet } from './decide/decide-fleet.ts';
import { decisionRecord } from './decision-record.ts';
import { predictRoots } from './predict-roots.ts';
import type { Budget, FleetDecision, FleetState, PoolJobs, ScalingPolicy } from './decide/fleet-state.ts';
import { INTERRUPTIONS_MS, poolStates } from './decide/pool-states.ts';
import { readLoads, type ReadLoadsDeps } from './read-loads.ts';
import type { ScalerNote } from './scaler-note.ts';
import { sendCopies, type SendCopiesDeps } from './send-copies.ts';
import { wantedCopies } from './decide/stragglers.ts';
import { endedSince, reportCosts, type ReportCostsDeps } from './report-costs.ts';

export interface ScaleFleetDeps {
  readonly engine: Pick<ReadLoadsDeps, 'epochs'> & {
    readonly jobs: ReadLoadsDeps['jobs'] & SendCopiesDeps['jobs'] & ReportCostsDeps['engine']['jobs'];
    readonly queue: SendCopiesDeps['queue'];
    readonly decisions: Pick<DecisionLog, 'record'> & ReportCostsDeps['engine']['decisions'];
    readonly outbox: ReportCostsDeps['engine']['outbox'];
  };
  readonly fleet: AgentFleet;
  readonly pools: FleetPools;
  readonly budget: Budget;
  readonly policy: ScalingPolicy;
  readonly proven: ReadLoadsDeps['proven'];
  readonly earlier: ReadLoadsDeps['earlier'];
  readonly growing: Pick<GrowingEpochs, 'latest'>;
  readonly spotEvents: Pick<SpotEvents, 'since'>;
  readonly note: Note<ScalerNote>;
  readonly metrics: Metrics;
  readonly nowMs: () => number;
  readonly log: Logger;
}

/** How many agents a group is to have. */
export interface GroupDecision {
  readonly pool: Pool;
  readonly capacity: Capacity;
  readonly desired: number;
  /** Why, for the log. */
  readonly reason: string;
}

/** Assumed for a pool that the settings do not name. */
const NO_SLOTS = { slots: 0, startUpSeconds: 90 };

/**
 * Reads the jobs and the agents, decides, and requests what was decided: agents, and second copies of slow jobs. It may be
 * cut off anywhere: the next run decides again from the current state.
 * @returns what was decided; nothing when another run was first, and requests it
 * @throws when jobs or agents cannot be read, and then nothing was changed; when a request for agents or a copy failed,
 *   after all others were made
 */
export async function scaleFleet(deps: ScaleFleetDeps): Promise<readonly GroupDecision[]> {
  const { engine, fleet, pools, note, metrics, log } = deps;
  const { value: before, version } = await note.find();
  const [groups, growing, spotEvents] = await Promise.all([
    fleet.describe(),
    deps.growing.latest(),
    deps.spotEvents.since(deps.nowMs() - INTERRUPTIONS_MS),
  ]);
  const nowMs = deps.nowMs();
  const loads = await readLoads({
    ...engine,
    proven: deps.proven,
    earlier: deps.earlier,
    growing,
    nowMs,
    slotsOf: slotsOf(pools, groups),
  });
  const knownEpochs = loads.latest.map(({ id }) => id);
  const copies = wantedCopies(loads.running, deps.policy, nowMs, knownEpochs);
  const state: FleetState = {
    nowMs,
    epochs: loads.epochs,
    knownEpochs,
    pools: poolStates(pools, groups, loads.jobs, spotEvents, nowMs),
    copies,
    budget: deps.budget,
    policy: deps.policy,
    memory: before,
  };
  const decision = decideFleet(state);
  const cost = costOfDay(before?.cost, groups, pools, nowMs);
  const ended = endedSince(loads.latest, before?.costsToldUntilMs);
  if (!(await note.replace({ ...decision.memory, cost, costsToldUntilMs: ended.untilMs }, version))) {
    log.info('another run was first; leaving the decision to it');
    return [];
  }
  const decided = groupDecisions(decision, groups);
  const failures = [
    ...(await apply(decided, groups, deps)),
    ...(await sendCopies(copies, { jobs: engine.jobs, queue: engine.queue, log })),
  ];
  measure(decision, decided, loads.jobs, groups, metrics);
  metrics.record('CostTodayDollars', cost.dollars, {}, { day: cost.day });
  const open = loads.live.filter(({ epoch }) => needOfEpoch(epoch, nowMs) === 'proofs');
  const roots = predictRoots({ ...loads, open, nowMs, pools, groups, decision, policy: deps.policy });
  await engine.decisions.record(decisionRecord(state, decision, roots));
  await reportCosts(ended.epochs, { engine, metrics }).catch((error: unknown) =>
    log.warn({ err: error }, "could not record the epoch's cost; run `coppice cost`"),
  );
  if (failures.length > 0)
    throw new AggregateError(failures, 'could not request some agents or copies; the next run tries again');
  metrics.record('ScalerRuns', 1, {});
  return decided;
}

/** Slots of the agents that are up. */
function slotsOf(pools: FleetPools, groups: readonly AgentGroup[]): ReadLoadsDeps['slotsOf'] {
  return (pool) => {
    const limits = pools[pool];
    if (limits === undefined) return NO_SLOTS;
    const running = groups.reduce((sum, group) => sum + (group.pool === pool ? group.running : 0), 0);
    return { slots: running * limits.slotsPerAgent, startUpSeconds: limits.startUpSeconds };
  };
}

/** Only for groups that exist: a pool may have been deployed with one capacity only. */
function groupDecisions({ pools, reason }: FleetDecision, groups: readonly AgentGroup[]): readonly GroupDecision[] {
  return groups.flatMap(({ pool, capacity }) => {
    const decided = pools[pool];
    return decided === undefined
      ? []
      : [{ pool, capacity, desired: decided[capacity], reason: `${decided.reason}; ${reason}` }];
  });
}

async function apply(
  decided: readonly GroupDecision[],
  groups: readonly AgentGroup[],
  { fleet, log }: ScaleFleetDeps,
): Promise<readonly unknown[]> {
  const changed = decided.filter(({ pool, capacity, desired }) =>
    groups.some((group) => group.pool === pool && group.capacity === capacity && group.desired !== desired),
  );
  const outcomes = await Promise.allSettled(
    changed.map(async ({ pool, capacity, desired, reason }) => {
      await fleet.setDesired(pool, capacity, desired);
      log.info({ pool, capacity, desired, reason }, 'requested agents');
    }),
  );
  return outcomes.flatMap((outcome): readonly unknown[] => {
    if (outcome.status === 'fulfilled') return [];
    log.error({ err: outcome.reason as unknown }, 'could not request agents');
    return [outcome.reason];
  });
}

function measure(
  { pools }: FleetDecision,
  decided: readonly GroupDecision[],
  jobs: Readonly<Record<Pool, PoolJobs>>,
  groups: readonly AgentGroup[],
  metrics: Metrics,
): void {
  for (const pool of Pool.options) {
    const own = groups.filter((group) => group.pool === pool);
    const running = own.reduce((sum, group) => sum + group.running, 0);
    const missing = own.reduce((sum, group) => sum + Math.max(0, group.desired - group.running), 0);
    metrics.record('JobsWaiting', jobs[pool].waiting, { pool });
    metrics.record('JobsRunning', jobs[pool].running, { pool });
    // Pools that were never deployed included: their jobs would wait for ever.
    // Jobs that the plan lets wait are not waiting in vain.
    const isWithout = running === 0 && pools[pool]?.isPostponed !== true;
    metrics.record('JobsWithoutAgents', isWithout ? jobs[pool].waiting : 0, { pool });
    metrics.record('AgentsMissing', missing, { pool });
  }
  for (const { pool, capacity, running } of groups) metrics.record('AgentsRunning', running, { pool, capacity });
  for (const { pool, capacity, desired } of decided) metrics.record('AgentsDesired', desired, { pool, capacity });
}
