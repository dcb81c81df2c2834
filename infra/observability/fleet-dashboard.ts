import { Duration } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Color,
  Dashboard,
  GraphWidget,
  type GraphWidgetProps,
  type IAlarm,
  type IMetric,
  MathExpression,
  type Metric,
  SingleValueWidget,
  Stats,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';

import { Capacity } from '../../shared/agent-fleet/agent-fleet.ts';
import { AttemptCause } from '../../shared/ledger/job-ledger.ts';
import { LineTroubleKind } from '../../shared/ledger/watched-nodes.ts';
import type { MetricName, PlainMetricName } from '../../shared/telemetry/metrics.ts';
import type { EnvironmentConfig } from '../config/environment-config.ts';
import { ONE_MINUTE } from './alarm-definition.ts';
import type { FleetMetrics } from './fleet-metrics.ts';

export interface FleetDashboardProps {
  readonly config: Pick<EnvironmentConfig, 'prefix' | 'alarms' | 'dailyBudgetDollars'>;
  readonly metrics: FleetMetrics;
  /** Each with its line before it where that is not the native one: `small`, `v6-small`. */
  readonly pools: readonly string[];
  /** The node of each line, and `<pool>-<capacity>` of each pool. */
  readonly services: readonly string[];
  readonly page: IAlarm;
  readonly alarms: readonly IAlarm[];
  /** Metrics that AWS itself measures, by the graph's title. */
  readonly machinery: Readonly<Record<string, readonly IMetric[]>>;
}

const FULL_WIDTH = 24;

/** One page that shows, from top to bottom, whether this epoch will make it, what it waits for, its cost, and the state of L1. */
export class FleetDashboard extends Construct {
  readonly #props: FleetDashboardProps;

  constructor(scope: Construct, id: string, props: FleetDashboardProps) {
    super(scope, id);
    this.#props = props;
    new Dashboard(this, 'Dashboard', {
      dashboardName: props.config.prefix,
      defaultInterval: Duration.hours(3),
      widgets: [
        ...this.#section('Will this epoch make it, and what is it waiting for?', this.#epoch()),
        ...this.#section('Fleet', this.#fleet()),
        ...this.#section('Money', this.#money()),
        ...this.#section('L1', this.#l1()),
        ...this.#section(
          'Machinery',
          Object.entries(props.machinery).map(([title, left]) => graph(title, [...left])),
        ),
      ],
    });
  }

  /** A heading with rows of three graphs below it. */
  #section(title: string, widgets: readonly (GraphWidget | SingleValueWidget | AlarmStatusWidget)[]): WidgetRow[] {
    const rows: WidgetRow[] = [[new TextWidget({ markdown: `## ${title}`, width: FULL_WIDTH, height: 1 })]];
    for (let first = 0; first < widgets.length; first += 3) rows.push(widgets.slice(first, first + 3));
    return rows;
  }

  #epoch(): (GraphWidget | SingleValueWidget | AlarmStatusWidget)[] {
    const { metrics, pools, config, page, alarms } = this.#props;
    const slack = (): Metric => labelled(this.#last('EpochSlackSeconds'), 'to spare');
    const path = (): Metric => labelled(this.#last('EpochPathSeconds'), 'longest chain of jobs left');
    return [
      new SingleValueWidget({
        title: 'The most urgent epoch: seconds to spare, seconds of jobs left, jobs left',
        metrics: [slack(), path(), labelled(this.#last('EpochJobsLeft'), 'jobs left')],
        width: 8,
        height: 6,
      }),
      graph('Slack, and the longest chain of jobs left', [slack(), path()], {
        leftAnnotations: [
          { value: 0, label: 'too late', color: Color.RED },
          { value: config.alarms.epochSlackSeconds, label: 'at risk', color: Color.ORANGE },
        ],
      }),
      new AlarmStatusWidget({ title: 'Alarms', alarms: [page, ...alarms], width: 8, height: 6 }),
      graph(
        'Waits for an agent: jobs by pool',
        pools.map((pool) => labelled(metrics.max('JobsWaiting', { pool }, ONE_MINUTE), pool)),
        { stacked: true },
      ),
      graph(
        'Is being proven: jobs by pool',
        pools.map((pool) => labelled(metrics.max('JobsRunning', { pool }, ONE_MINUTE), pool)),
        { stacked: true },
      ),
      graph('Waits for L1: roots, and epochs not proven', [this.#last('OpenRoots'), this.#last('UnprovenEpochs')], {
        right: [labelled(this.#last('OutboxAgeSeconds'), 'age of the oldest root, s')],
      }),
    ];
  }

  #fleet(): GraphWidget[] {
    const { metrics, pools, services } = this.#props;
    return [
      ...pools.map((pool) =>
        graph(
          `Agents, ${pool}`,
          Capacity.options.flatMap((capacity) => [
            labelled(metrics.max('AgentsDesired', { pool, capacity }, ONE_MINUTE), `${capacity} desired`),
            labelled(metrics.max('AgentsRunning', { pool, capacity }, ONE_MINUTE), `${capacity} running`),
          ]),
        ),
      ),
      graph('Jobs proven', [this.#search('JobsProven', 'circuit', 'Sum')], { stacked: true }),
      graph('Proving time by circuit, s (median)', [this.#search('JobProvingSeconds', 'circuit', 'p50')]),
      graph(
        'Attempts lost, by cause',
        AttemptCause.options.map((cause) => labelled(metrics.sum('AttemptsLost', { cause }, ONE_MINUTE), cause)),
      ),
      graph(
        'Tasks lost: crashed',
        services.map((service) => labelled(metrics.sum('TasksCrashed', { service }, ONE_MINUTE), service)),
      ),
      graph(
        'Tasks lost: taken back by AWS',
        services.map((service) => labelled(metrics.sum('SpotInterruptions', { service }, ONE_MINUTE), service)),
      ),
      graph(
        'Tasks that AWS had no room for',
        services.map((service) => labelled(metrics.sum('TasksUnplaced', { service }, ONE_MINUTE), service)),
      ),
      graph('The node: age of the newest L1 block read, s', [this.#last('NodeLagSeconds')]),
      graph(
        'Troubles of official nodes and their lines',
        LineTroubleKind.options.map((trouble) =>
          labelled(metrics.max('LineTroubles', { trouble }, ONE_MINUTE), trouble),
        ),
      ),
    ];
  }

  #money(): GraphWidget[] {
    const { config } = this.#props;
    return [
      graph('Agents today, dollars', [this.#last('CostTodayDollars')], {
        leftAnnotations: [{ value: config.dailyBudgetDollars, label: 'budget', color: Color.RED }],
      }),
      graph('Each epoch, dollars', [this.#last('EpochCostDollars')]),
      graph('Publisher, ether', [this.#last('PublisherBalanceEth')], {
        leftAnnotations: [{ value: config.alarms.publisherMinimumEth, label: 'too low', color: Color.RED }],
      }),
      graph('L1 gas, gwei', [this.#last('L1GasPriceGwei')]),
    ];
  }

  #l1(): GraphWidget[] {
    const { metrics } = this.#props;
    const counts = (...names: readonly PlainMetricName[]): Metric[] =>
      names.map((name) => metrics.sum(name, {}, ONE_MINUTE));
    return [
      graph('Checkpoints', [
        labelled(this.#last('L1PendingCheckpoint'), 'pending'),
        labelled(this.#last('L1ProvenCheckpoint'), 'proven'),
      ]),
      graph('Epochs', counts('EpochsOpened', 'EpochsProven', 'EpochsFailed', 'EpochsExpired', 'EpochsMissed')),
      graph('RPC failures, reorgs', counts('L1RpcFailures', 'L1ReorgBlocks', 'CheckpointsPruned')),
      graph('Of an epoch, s: to its root, to its proof on L1, left of its window', [
        ...(['EpochRootSeconds', 'EpochProvenSeconds', 'WindowLeftSeconds'] as const).map((name) =>
          metrics.max(name, {}, ONE_MINUTE),
        ),
      ]),
    ];
  }

  /** The current value of a metric. */
  #last(name: PlainMetricName): Metric {
    return this.#props.metrics.of(name, {}, { statistic: Stats.MAXIMUM, period: ONE_MINUTE });
  }

  /** A line for each value of a dimension; this code needs no list of the values. */
  #search(name: MetricName, dimension: string, statistic: string): MathExpression {
    const { namespace } = this.#props.metrics;
    return new MathExpression({
      expression: `SEARCH('{${namespace},${dimension}} MetricName="${name}"', '${statistic}')`,
      usingMetrics: {},
      period: ONE_MINUTE,
      label: '',
    });
  }
}

type WidgetRow = (TextWidget | GraphWidget | SingleValueWidget | AlarmStatusWidget)[];

function graph(title: string, left: IMetric[], options: GraphWidgetProps = {}): GraphWidget {
  return new GraphWidget({ title, left, width: 8, height: 6, liveData: true, ...options });
}

function labelled(metric: Metric, label: string): Metric {
  return metric.with({ label });
}
