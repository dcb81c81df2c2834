import type { AgentFleet, AgentGroup } from '../../shared/agent-fleet/agent-fleet.ts';
import type { FleetPools } from '../../shared/agent-fleet/fleet-pools.ts';
import type { DynamoNotes } from '../../shared/ledger/dynamo-notes.ts';
import { Pool } from '../../shared/proving-job/circuit-catalogue.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { Metrics } from '../../shared/telemetry/metrics.ts';
import { type PoolJobs, readJobs, type ReadJobsDeps } from './read-jobs.ts';
import { type FleetDecision, type FleetMemory, type GroupDecision, scaleFleet } from './scale-fleet.ts';

export interface RunScalerDeps {
  readonly engine: Omit<ReadJobsDeps, 'nowMs'>;
  readonly fleet: AgentFleet;
  readonly pools: FleetPools;
  readonly notes: Pick<DynamoNotes<typeof FleetMemory>, 'find' | 'replace'>;
  readonly metrics: Metrics;
  readonly nowMs: () => number;
  readonly log: Logger;
}

/**
 * Looks at the jobs and the agents, decides, and asks for what was decided. It may be cut off anywhere: the next run decides
 * anew, from what is there.
 * @returns what was decided; nothing when another run was first, which then asks for it
 * @throws what kept it from looking; when an agent group could not be asked, after the others were
 */
export async function runScaler(deps: RunScalerDeps): Promise<readonly GroupDecision[]> {
  const { engine, fleet, pools, notes, metrics, nowMs, log } = deps;
  const { value: memory, version } = await notes.find();
  const [groups, jobs] = await Promise.all([fleet.describe(), readJobs({ ...engine, nowMs })]);
  const decision = scaleFleet({ nowMs: nowMs(), pools, jobs, groups, memory });
  if (!(await notes.replace(decision.memory, version))) {
    log.info('another run was first');
    return [];
  }
  const failures = await apply(decision.groups, groups, deps);
  measure(decision, jobs, groups, metrics);
  if (failures.length > 0) throw new AggregateError(failures, 'some agents could not be asked for');
  metrics.record('ScalerRuns', 1, {});
  return decision.groups;
}

async function apply(
  decided: readonly GroupDecision[],
  groups: readonly AgentGroup[],
  { fleet, log }: RunScalerDeps,
): Promise<readonly unknown[]> {
  const changed = decided.filter(({ pool, capacity, desired }) =>
    groups.some((group) => group.pool === pool && group.capacity === capacity && group.desired !== desired),
  );
  const outcomes = await Promise.allSettled(
    changed.map(async ({ pool, capacity, desired, reason }) => {
      await fleet.setDesired(pool, capacity, desired);
      log.info({ pool, capacity, desired, reason }, 'asked for agents');
    }),
  );
  return outcomes.flatMap((outcome): readonly unknown[] => {
    if (outcome.status === 'fulfilled') return [];
    log.error({ err: outcome.reason as unknown }, 'agents could not be asked for');
    return [outcome.reason];
  });
}

function measure(
  { groups: decided, cost }: FleetDecision,
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
    // Also of a pool that was never deployed: its jobs would wait for ever.
    metrics.record('JobsWithoutAgents', running === 0 ? jobs[pool].waiting : 0, { pool });
    metrics.record('AgentsMissing', missing, { pool });
  }
  for (const { pool, capacity, running } of groups) metrics.record('AgentsRunning', running, { pool, capacity });
  for (const { pool, capacity, desired } of decided) metrics.record('AgentsDesired', desired, { pool, capacity });
  metrics.record('CostTodayDollars', cost.dollars, {}, { day: cost.day });
}
