import type { Duration } from 'aws-cdk-lib';
import { Metric, Stats, Unit } from 'aws-cdk-lib/aws-cloudwatch';

import { type MetricDimensions, type MetricName, METRICS, type MetricUnit } from '../../shared/telemetry/metrics.ts';

const UNITS: Readonly<Record<MetricUnit, Unit>> = { Count: Unit.COUNT, Seconds: Unit.SECONDS, None: Unit.NONE };

interface StatisticOptions {
  /** One of `Stats`. */
  readonly statistic: string;
  readonly period: Duration;
  readonly label?: string;
}

/** The metrics that Coppice's own programs write, as CloudWatch keeps them: by their names, which the compiler knows. */
export class FleetMetrics {
  readonly namespace: string;

  constructor(namespace: string) {
    this.namespace = namespace;
  }

  /** How many, or how much, in each period. */
  sum<Name extends MetricName>(name: Name, dimensions: MetricDimensions<Name>, period: Duration): Metric {
    return this.of(name, dimensions, { statistic: Stats.SUM, period });
  }

  /** The largest value of each period. */
  max<Name extends MetricName>(name: Name, dimensions: MetricDimensions<Name>, period: Duration): Metric {
    return this.of(name, dimensions, { statistic: Stats.MAXIMUM, period });
  }

  /** The smallest value of each period. */
  min<Name extends MetricName>(name: Name, dimensions: MetricDimensions<Name>, period: Duration): Metric {
    return this.of(name, dimensions, { statistic: Stats.MINIMUM, period });
  }

  of<Name extends MetricName>(name: Name, dimensionsMap: MetricDimensions<Name>, options: StatisticOptions): Metric {
    const { namespace } = this;
    return new Metric({ namespace, metricName: name, dimensionsMap, unit: UNITS[METRICS[name].unit], ...options });
  }
}
