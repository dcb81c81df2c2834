import type { LineState } from '../../../shared/agent-fleet/line-standing.ts';
import type { FleetPools } from '../../../shared/agent-fleet/fleet-pools.ts';
import type { Decision, FleetDecisionRecord } from '../../../shared/ledger/decision-log.ts';
import type { RollupId } from '../../../shared/proving-job/epoch-id.ts';
import { type FleetLine, inLine, lineOfVersion, NATIVE_LINE } from '../../../shared/proving-job/fleet-line.ts';
import type { MetricDimensions, MetricName, Metrics } from '../../../shared/telemetry/metrics.ts';
import type { ScaleFleetDeps } from '../scale-fleet.ts';
import { epochsToScale } from './epochs-to-scale.ts';

/** What one line's run adds up to with those of the others. */
export interface LineRun {
  /** What the agents decided on cost in an hour. */
  dollarsPerHour: number;
  /** What the line's agents have cost today. */
  dollarsToday: number;
  day: string | undefined;
}

export interface DepsOfLineOptions {
  readonly line: FleetLine;
  readonly lines: readonly FleetLine[];
  readonly state: LineState;
  /** That of its epochs, as far as it is known. */
  readonly rollup: RollupId | undefined;
  /** What the lines before have left of the hourly budget. */
  readonly budget: ScaleFleetDeps['budget'];
  /** Is filled in. */
  readonly run: LineRun;
}

/**
 * The scaler's dependencies, narrowed down to one line: its epochs, its events, its decisions, and metrics under its name. A line
 * that drains or has ended keeps no agents beyond those that have work.
 */
export function depsOfLine(deps: ScaleFleetDeps, options: DepsOfLineOptions): ScaleFleetDeps {
  const { line, lines, state, rollup, budget, run } = options;
  const { engine, growing, spotEvents } = deps;
  const isOwn = (version: string): boolean => lineOfVersion(version, lines) === line.name;
  return {
    ...deps,
    engine: {
      ...engine,
      epochs: {
        latest: async (limit) =>
          epochsToScale(line, lines, rollup, await engine.epochs.latest(limit * lines.length)).slice(0, limit),
      },
      decisions: {
        async record(decision) {
          if (decision.kind === 'fleet') run.dollarsPerHour = decision.dollarsPerHour;
          await engine.decisions.record(decision.kind === 'fleet' ? ofLine(decision, line) : decision);
        },
        latest: async (kind, limit) => {
          const all = await engine.decisions.latest(kind, limit * lines.length);
          return all.filter((decision) => lineOfDecision(decision) === line.name).slice(0, limit);
        },
      },
    },
    pools: state === 'draining' || state === 'ended' ? withoutMinimum(deps.pools) : deps.pools,
    budget,
    growing: {
      async latest() {
        const latest = await growing.latest();
        return latest !== undefined && isOwn(latest.networkVersion) ? latest : undefined;
      },
    },
    spotEvents: {
      since: async (atMs) =>
        (await spotEvents.since(atMs)).filter((event) => (event.line ?? NATIVE_LINE) === line.name),
    },
    metrics: metricsOfLine(deps.metrics, line, run),
  };
}

function ofLine(decision: FleetDecisionRecord, { name }: FleetLine): FleetDecisionRecord {
  return name === NATIVE_LINE ? decision : { ...decision, line: name };
}

function lineOfDecision(decision: Decision): string {
  return (decision.kind === 'fleet' ? decision.line : undefined) ?? NATIVE_LINE;
}

function withoutMinimum(pools: FleetPools): FleetPools {
  return Object.fromEntries(Object.entries(pools).map(([pool, limits]) => [pool, { ...limits, minAgents: 0 }]));
}

/** Names the line in the dimension of the pool. What is of the whole fleet is recorded once, for all lines together. */
function metricsOfLine(metrics: Metrics, line: FleetLine, run: LineRun): Metrics {
  return {
    record<Name extends MetricName>(
      name: Name,
      value: number,
      dimensions: MetricDimensions<Name>,
      properties?: Readonly<Record<string, string | number>>,
    ) {
      if (name === 'ScalerRuns') return;
      if (name === 'CostTodayDollars') {
        run.dollarsToday = value;
        run.day = String(properties?.['day'] ?? '');
        return;
      }
      const { pool } = dimensions as Readonly<Record<string, string>>;
      metrics.record(
        name,
        value,
        pool === undefined ? dimensions : { ...dimensions, pool: inLine(line, pool) },
        properties,
      );
    },
  };
}
