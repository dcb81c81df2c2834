import { Stack, type StackProps } from 'aws-cdk-lib';
import { type IMetric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';

import { Capacity } from '../shared/agent-fleet/agent-fleet.ts';
import { Pool } from '../shared/proving-job/circuit-family.ts';
import { inLine } from '../shared/proving-job/fleet-line.ts';
import type { EnvironmentConfig } from './config/environment-config.ts';
import { linesOf } from './config/lines-of.ts';
import { FleetFunction } from './fleet-function.ts';
import type { FunctionsStack } from './functions-stack.ts';
import { metricsNamespace } from './metrics-namespace.ts';
import { fleetAlarms, poolAlarms, serviceAlarms } from './observability/agent-alarms.ts';
import { type AlarmDefinition, ONE_MINUTE } from './observability/alarm-definition.ts';
import { AlarmTargets } from './observability/alarm-targets.ts';
import { DailyBudget } from './observability/daily-budget.ts';
import { deadLetterAlarms, epochAlarms } from './observability/epoch-alarms.ts';
import { FleetAlarm } from './observability/fleet-alarm.ts';
import { FleetDashboard } from './observability/fleet-dashboard.ts';
import { FleetMetrics } from './observability/fleet-metrics.ts';
import { functionAlarms, lostTaskEventsAlarm } from './observability/function-alarms.ts';
import { l1Alarms } from './observability/l1-alarms.ts';
import { drainAlarm, lineAlarms } from './observability/line-alarms.ts';
import { PageAlarm } from './observability/page-alarm.ts';
import type { StateStack } from './state-stack.ts';

export interface ObservabilityStackProps extends StackProps {
  readonly config: EnvironmentConfig;
  readonly state: StateStack;
  readonly functions: FunctionsStack;
}

/** Everything that an operator sees or is paged by: alarms, the page, the dashboard, the budget. */
export class ObservabilityStack extends Stack {
  /** The topic to which the configured emails are subscribed. */
  readonly targets: AlarmTargets;

  constructor(scope: Construct, id: string, { config, state, functions, ...props }: ObservabilityStackProps) {
    super(scope, id, props);
    const { prefix, dailyBudgetDollars } = config;
    const { epochSlackSeconds, publisherMinimumEth, runbookUrl } = config.alarms;
    const metrics = new FleetMetrics(metricsNamespace(prefix));
    const lines = linesOf(config);
    const pools = lines.flatMap((line) =>
      Pool.options.filter((pool) => line.pools[pool] !== undefined).map((pool) => inLine(line, pool)),
    );
    const services = [
      ...lines.map((line) => inLine(line, 'node')),
      ...pools.flatMap((pool) => Capacity.options.map((capacity) => `${pool}-${capacity}`)),
    ];
    const hasNativeNode = lines.some(({ kind }) => kind === 'native');

    const alarms = this.#alarms(config, [
      ...epochAlarms(metrics, epochSlackSeconds),
      ...state.queues
        .filter(({ line, pool }) => pools.includes(inLine({ name: line }, pool)))
        .flatMap(deadLetterAlarms),
      ...pools.flatMap((pool) => poolAlarms(metrics, pool)),
      ...services.flatMap((service) => serviceAlarms(metrics, service)),
      ...fleetAlarms(metrics, { dailyBudgetDollars, hasNativeNode }),
      ...l1Alarms(metrics, publisherMinimumEth),
      ...lineAlarms(metrics),
      ...(lines.some(({ kind }) => kind === 'official') ? [drainAlarm(metrics)] : []),
      ...fleetFunctionsOf(this, functions).flatMap(functionAlarms),
      lostTaskEventsAlarm(functions.lostTaskEvents),
    ]);
    this.targets = new AlarmTargets(this, 'Targets', { prefix, alarms: config.alarms });
    for (const { alarm } of alarms) {
      alarm.addAlarmAction(...this.targets.everyAlarm);
      alarm.addOkAction(...this.targets.everyAlarm);
    }
    const page = new PageAlarm(this, 'Page', {
      prefix,
      runbookUrl,
      alarms: alarms.filter(({ urgency }) => urgency === 'page').map(({ alarm }) => alarm),
      actions: this.targets.page,
    });
    new DailyBudget(this, 'Budget', { prefix, dailyBudgetDollars, topic: this.targets.topic });
    new FleetDashboard(this, 'Dashboard', {
      config,
      metrics,
      pools,
      services,
      page: page.alarm,
      alarms: alarms.map(({ alarm }) => alarm),
      machinery: this.#machinery(state, functions),
    });
  }

  #alarms(config: EnvironmentConfig, definitions: readonly AlarmDefinition[]): readonly FleetAlarm[] {
    const { prefix, alarms } = config;
    return definitions.map((definition) => {
      const id = [definition.article, definition.of].filter((part) => part !== undefined).join('-');
      return new FleetAlarm(this, id, { prefix, runbookUrl: alarms.runbookUrl, definition });
    });
  }

  #machinery({ ledger }: StateStack, functions: FunctionsStack): Readonly<Record<string, readonly IMetric[]>> {
    const all = fleetFunctionsOf(this, functions);
    const period = ONE_MINUTE;
    const throttled = (metricName: string): IMetric =>
      ledger.table.metric(metricName, { period, statistic: Stats.SUM });
    return {
      'Functions: errors': all.map(({ name, function: it }) => it.metricErrors({ period, label: name })),
      'Functions: longest run, ms': all.map(({ name, function: it }) =>
        it.metricDuration({ period, label: name, statistic: Stats.MAXIMUM }),
      ),
      'Ledger: calls refused for their number': [throttled('ReadThrottleEvents'), throttled('WriteThrottleEvents')],
    };
  }
}

/** Every function of the fleet; a new one is included by itself. */
function fleetFunctionsOf(...stacks: readonly Stack[]): readonly FleetFunction[] {
  return stacks.flatMap((stack) => stack.node.findAll()).filter((construct) => construct instanceof FleetFunction);
}
