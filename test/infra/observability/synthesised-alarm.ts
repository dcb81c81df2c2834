import type { DataPoint } from './data-point.ts';

/** One metric that an alarm watches, as in the template. */
interface WatchedMetric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly unit?: string;
  readonly statistic: string;
  readonly periodSeconds: number;
}

/** A synthesised alarm with every reference resolved. */
export interface SynthesisedAlarm {
  readonly name: string;
  readonly description: string;
  readonly metrics: Readonly<Record<string, WatchedMetric>>;
  /** Over the ids of `metrics`. */
  readonly expression: string;
  readonly comparison: string;
  readonly threshold: number;
  readonly treatMissingData: string;
  readonly alarmActions: readonly unknown[];
}

type Properties = Readonly<Record<string, unknown>>;
type Resolve = (value: unknown) => string;

/** Reads an `AWS::CloudWatch::Alarm`. @param resolve returns the value of a reference */
export function readAlarm(properties: Properties, resolve: Resolve): SynthesisedAlarm {
  const { Metrics } = properties as { readonly Metrics?: readonly MetricQuery[] };
  const queries: readonly MetricQuery[] = Metrics ?? [
    { Id: 'm', ReturnData: true, MetricStat: asMetricStat(properties as unknown as SingleMetric) },
  ];
  const returned = queries.find(({ ReturnData = true }) => ReturnData);
  if (returned === undefined) throw new Error('the alarm watches no metric');
  return {
    name: resolve(properties['AlarmName']),
    description: resolve(properties['AlarmDescription']),
    metrics: Object.fromEntries(
      queries.flatMap(({ Id, MetricStat }) => (MetricStat === undefined ? [] : [[Id, watchedOf(MetricStat, resolve)]])),
    ),
    expression: returned.Expression ?? returned.Id,
    comparison: properties['ComparisonOperator'] as string,
    threshold: properties['Threshold'] as number,
    treatMissingData: properties['TreatMissingData'] as string,
    alarmActions: (properties['AlarmActions'] as readonly unknown[] | undefined) ?? [],
  };
}

interface MetricQuery {
  readonly Id: string;
  readonly ReturnData?: boolean;
  readonly Expression?: string;
  readonly MetricStat?: MetricStat;
}

interface MetricStat {
  readonly Metric: {
    readonly Namespace: string;
    readonly MetricName: string;
    readonly Dimensions?: readonly { readonly Name: string; readonly Value: unknown }[];
  };
  readonly Period: number;
  readonly Stat: string;
  readonly Unit?: string;
}

type SingleMetric = MetricStat['Metric'] & {
  readonly Period: number;
  readonly Statistic: string;
  readonly Unit?: string;
};

function asMetricStat({ Namespace, MetricName, Dimensions, Period, Statistic, Unit }: SingleMetric): MetricStat {
  const Metric = { Namespace, MetricName, ...(Dimensions !== undefined && { Dimensions }) };
  return { Metric, Period, Stat: Statistic, ...(Unit !== undefined && { Unit }) };
}

function watchedOf({ Metric, Period, Stat, Unit }: MetricStat, resolve: Resolve): WatchedMetric {
  return {
    namespace: Metric.Namespace,
    name: Metric.MetricName,
    dimensions: Object.fromEntries((Metric.Dimensions ?? []).map(({ Name, Value }) => [Name, resolve(Value)])),
    statistic: Stat,
    periodSeconds: Period,
    ...(Unit !== undefined && { unit: Unit }),
  };
}

/**
 * Whether the alarm counts a period with these values as a breach. It counts only values that match its metric exactly:
 * namespace, name, every dimension and no other, and the unit if the alarm names one.
 */
export function isBreach(alarm: SynthesisedAlarm, points: readonly DataPoint[]): boolean {
  const values = Object.entries(alarm.metrics).map(([id, metric]) => [id, statisticOf(metric, points)] as const);
  if (values.some(([, value]) => value === undefined)) return alarm.treatMissingData === 'breaching';
  const value = evaluate(alarm.expression, Object.fromEntries(values) as Record<string, number>);
  switch (alarm.comparison) {
    case 'GreaterThanThreshold':
      return value > alarm.threshold;
    case 'GreaterThanOrEqualToThreshold':
      return value >= alarm.threshold;
    case 'LessThanThreshold':
      return value < alarm.threshold;
    default:
      throw new Error(`unknown comparison: ${alarm.comparison}`);
  }
}

/** `undefined` if no value belongs to this metric, where CloudWatch has a gap. */
function statisticOf(metric: WatchedMetric, points: readonly DataPoint[]): number | undefined {
  const values = points.filter((point) => isOf(metric, point)).map(({ value }) => value);
  if (values.length === 0) return undefined;
  switch (metric.statistic) {
    case 'Sum':
      return values.reduce((sum, value) => sum + value, 0);
    case 'Maximum':
      return Math.max(...values);
    case 'Minimum':
      return Math.min(...values);
    default:
      throw new Error(`unknown statistic: ${metric.statistic}`);
  }
}

function isOf({ namespace, name, unit, dimensions }: WatchedMetric, point: DataPoint): boolean {
  const names = Object.keys(dimensions);
  return (
    point.namespace === namespace &&
    point.name === name &&
    (unit === undefined || point.unit === unit) &&
    Object.keys(point.dimensions).length === names.length &&
    names.every((dimension) => point.dimensions[dimension] === dimensions[dimension])
  );
}

/** The metric math that the alarms use. */
function evaluate(expression: string, values: Readonly<Record<string, number>>): number {
  const { m = NaN, waiting = NaN, held = NaN, missing = NaN, spot = NaN, od = NaN } = values;
  switch (expression) {
    case 'm':
      return m;
    case 'waiting + held':
      return waiting + held;
    case 'IF(spot + od > 0, 100 * missing / (spot + od), 0)':
      return spot + od > 0 ? (100 * missing) / (spot + od) : 0;
    default:
      throw new Error(`unknown expression: ${expression}`);
  }
}
