import { Duration } from 'aws-cdk-lib';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';

import {
  ABOVE,
  type AlarmDefinition,
  AT_LEAST,
  AT_ONCE,
  BELOW,
  FIVE_MINUTES,
  inAllOf,
  ONE_MINUTE,
} from './alarm-definition.ts';
import type { FleetMetrics } from './fleet-metrics.ts';

const MISSING_PERCENT = 20;
const NODE_LAG_SECONDS = 5 * 60;

/**
 * Alarms on whether a pool has the agents that it should have.
 * @param pool with its line before it where that is not the native one: `v6-small`
 */
export function poolAlarms(metrics: FleetMetrics, pool: string): readonly AlarmDefinition[] {
  return [
    {
      article: 'no-agents',
      of: pool,
      urgency: 'page',
      meaning: `Jobs of pool ${pool} wait, and not one agent of it runs.`,
      metric: metrics.min('JobsWithoutAgents', { pool }, ONE_MINUTE),
      comparison: AT_LEAST,
      threshold: 1,
      // A Fargate task takes one to three minutes to start, a managed instance one or two more.
      periods: inAllOf(6),
      silence: 'fine',
    },
    {
      article: 'agents-below-desired',
      of: pool,
      urgency: 'notice',
      meaning: `More than ${MISSING_PERCENT} % of the agents of pool ${pool} that were asked for do not run.`,
      metric: new MathExpression({
        expression: 'IF(spot + od > 0, 100 * missing / (spot + od), 0)',
        usingMetrics: {
          missing: metrics.min('AgentsMissing', { pool }, ONE_MINUTE),
          spot: metrics.max('AgentsDesired', { pool, capacity: 'spot' }, ONE_MINUTE),
          od: metrics.max('AgentsDesired', { pool, capacity: 'od' }, ONE_MINUTE),
        },
        period: ONE_MINUTE,
        label: 'agents missing, in percent',
      }),
      comparison: ABOVE,
      threshold: MISSING_PERCENT,
      // Longer than any agent takes to start.
      periods: inAllOf(10),
      silence: 'fine',
    },
  ];
}

/**
 * Alarms on whether a service's tasks die.
 * @param service `node`, or `<pool>-<capacity>`, with the line before it where that is not the native one
 */
export function serviceAlarms(metrics: FleetMetrics, service: string): readonly AlarmDefinition[] {
  const isNode = /(^|-)node$/.test(service);
  return [
    {
      article: 'crash-loop',
      of: service,
      urgency: isNode ? 'page' : 'notice',
      meaning: `Tasks of ${service} start, fail and start again.`,
      // There is only one node, and it takes minutes to start up and crash.
      metric: metrics.sum('TasksCrashed', { service }, isNode ? Duration.minutes(30) : FIVE_MINUTES),
      comparison: AT_LEAST,
      threshold: isNode ? 2 : 5,
      periods: AT_ONCE,
      silence: 'fine',
    },
    {
      article: 'out-of-memory',
      of: service,
      urgency: 'notice',
      meaning: `A task of ${service} was killed because it took more memory than it has.`,
      metric: metrics.sum('TasksOutOfMemory', { service }, FIVE_MINUTES),
      comparison: AT_LEAST,
      threshold: 1,
      periods: AT_ONCE,
      silence: 'fine',
    },
  ];
}

export interface FleetAlarmsOptions {
  readonly dailyBudgetDollars: number;
  /** Aztec's own nodes do not report how far they follow the chain. */
  readonly hasNativeNode: boolean;
}

/** Alarms on whether the scaler runs, the node follows the chain, and the cost stays within bounds. */
export function fleetAlarms(
  metrics: FleetMetrics,
  { dailyBudgetDollars, hasNativeNode }: FleetAlarmsOptions,
): readonly AlarmDefinition[] {
  return [
    {
      article: 'out-of-memory',
      of: 'prover',
      urgency: 'notice',
      meaning:
        "An agent's prover was killed because it took more memory than there is. Each time costs its job an attempt.",
      metric: metrics.sum('AttemptsLost', { cause: 'out-of-memory' }, FIVE_MINUTES),
      comparison: AT_LEAST,
      threshold: 1,
      periods: AT_ONCE,
      silence: 'fine',
    },
    {
      article: 'scaler-silent',
      urgency: 'page',
      meaning:
        'scale-fleet has come to no end for three minutes: nobody starts agents for the next epoch, or stops them.',
      metric: metrics.sum('ScalerRuns', {}, ONE_MINUTE),
      comparison: BELOW,
      threshold: 1,
      periods: inAllOf(3),
      silence: 'trouble',
    },
    ...(hasNativeNode ? [nodeBehindAlarm(metrics)] : []),
    {
      article: 'daily-cost',
      urgency: 'notice',
      meaning: `The agents have cost more than ${dailyBudgetDollars} dollars since midnight UTC, by our own estimate.`,
      metric: metrics.max('CostTodayDollars', {}, FIVE_MINUTES),
      comparison: ABOVE,
      threshold: dailyBudgetDollars,
      periods: AT_ONCE,
      silence: 'no-news',
    },
  ];
}

function nodeBehindAlarm(metrics: FleetMetrics): AlarmDefinition {
  return {
    article: 'node-behind',
    urgency: 'page',
    meaning: `The newest L1 block that the node has read is more than ${NODE_LAG_SECONDS / 60} minutes old, or the node is gone.`,
    metric: metrics.max('NodeLagSeconds', {}, ONE_MINUTE),
    comparison: ABOVE,
    threshold: NODE_LAG_SECONDS,
    // A replaced node first fetches a snapshot.
    periods: inAllOf(10),
    silence: 'trouble',
  };
}
