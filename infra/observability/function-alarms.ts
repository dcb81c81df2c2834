import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';

import type { FleetFunction } from '../fleet-function.ts';
import {
  type AlarmDefinition,
  AT_LEAST,
  AT_ONCE,
  BELOW,
  FIVE_MINUTES,
  inAllOf,
  ONE_MINUTE,
} from './alarm-definition.ts';

/** Without these, roots do not reach L1, L1 is not watched, or agents are not started. */
const VITAL: readonly string[] = ['submit-root', 'watch-l1', 'scale-fleet'];

/** The alarm on events of tasks that were lost: ECS sends each of them once. */
export function lostTaskEventsAlarm(lostTaskEvents: IQueue): AlarmDefinition {
  return {
    article: 'task-events-lost',
    urgency: 'notice',
    meaning: 'watch-tasks did not handle an event of ECS: a Spot notice or a refusal of capacity may have been lost.',
    metric: lostTaskEvents.metricApproximateNumberOfMessagesVisible({ period: FIVE_MINUTES, statistic: Stats.MAXIMUM }),
    comparison: AT_LEAST,
    threshold: 1,
    periods: AT_ONCE,
    silence: 'fine',
  };
}

/** Alarms on whether a function runs and succeeds. */
export function functionAlarms(fleetFunction: FleetFunction): readonly AlarmDefinition[] {
  const { name, timing } = fleetFunction;
  const isScheduled = timing.every !== undefined;
  const urgency = VITAL.includes(name) ? 'page' : 'notice';
  const failing: AlarmDefinition = {
    article: 'function-failing',
    of: name,
    urgency,
    meaning: `${name} fails time after time.`,
    metric: fleetFunction.metricErrors({ period: isScheduled ? ONE_MINUTE : FIVE_MINUTES, statistic: Stats.SUM }),
    comparison: AT_LEAST,
    threshold: 1,
    // The next scheduled run recovers from one failure; a failed event has no next run.
    periods: isScheduled ? { breaching: 3, of: 5 } : inAllOf(1),
    silence: 'fine',
  };
  if (!isScheduled) return [failing];
  return [
    failing,
    {
      article: 'function-silent',
      of: name,
      urgency,
      meaning: `${name} should run once a minute and has not run for five.`,
      metric: fleetFunction.function.metricInvocations({ period: ONE_MINUTE, statistic: Stats.SUM }),
      comparison: BELOW,
      threshold: 1,
      periods: inAllOf(5),
      silence: 'trouble',
    },
  ];
}
