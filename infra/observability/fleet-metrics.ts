import type { Duration } from 'aws-cdk-lib';
import { Metric, Stats, Unit } from 'aws-cdk-lib/aws-cloudwatch';

import { type MetricDimensions, type MetricName, METRICS, type MetricUnit } from '../../shared/telemetry/metrics.ts';

const UNITS: Readonly<Record<MetricUnit, Unit>> = {
  Bytes: Unit.BYTES,
  Count: Unit.COUNT,
  Seconds: Unit.SECONDS,
  None: Unit.NONE,
};

interface StatisticOptions {
  /** One of `Stats`. */
  readonly statistic: string;
  readonly period: Duration;
  readonly label?: string;
}

/** The metrics that Coppice's own programs write, by names that the compiler checks. */
export class FleetMetrics {
  readonly namespace: string;

  constructor(namespace: string) {
    this.namespace = namespace;
  }

  /** The sum of the values in each period. */
  sum<Name extends MetricName>(name: Name, dimensions: MetricDimensions<Name>, period: Duration): Metric {
    return this.of(name, dimensions, { statistic: Stats.SUM, period });
  }

  /** The largest value in each period. */
  max<Name extends MetricName>(name: Name, dimensions: MetricDimensions<Name>, period: Duration): Metric {
    return this.of(name, dimensions, { statistic: Stats.MAXIMUM, period });
  }

  /** The smallest value in each period. */
  min<Name extends MetricName>(name: Name, dimensions: MetricDimensions<Name>, period: Duration): Metric {
    return this.of(name, dimensions, { statistic: Stats.MINIMUM, period });
  }

  of<Name extends MetricName>(name: Name, dimensionsMap: MetricDimensions<Name>, options: StatisticOptions): Metric {
    const { namespace } = this;
    return new Metric({ namespace, metricName: name, dimensionsMap, unit: UNITS[METRICS[name].unit], ...options });
  }
}
