import { Stats } from 'aws-cdk-lib/aws-cloudwatch';

import type { FleetFunction } from '../fleet-function.ts';
import { type AlarmDefinition, AT_LEAST, BELOW, FIVE_MINUTES, inAllOf, ONE_MINUTE } from './alarm-definition.ts';

/** Without which roots do not reach L1, nobody watches, or nobody starts agents. */
const VITAL: readonly string[] = ['submit-root', 'watch-l1', 'scale-fleet'];

/** Whether a function does what it is called for, and is called. */
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
    // One failure is made good by the next run; what events bring is not so patient.
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
