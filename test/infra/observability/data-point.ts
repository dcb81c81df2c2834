import { EmfMetrics } from '../../../shared/telemetry/emf-metrics.ts';
import type { Metrics } from '../../../shared/telemetry/metrics.ts';

/** A value of a metric, as CloudWatch stores it. */
export interface DataPoint {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** Absent where AWS measures without documenting a unit. */
  readonly unit?: string;
  readonly value: number;
}

interface EmfLine {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
    }[];
  };
  readonly [field: string]: unknown;
}

/** The values that CloudWatch extracts from the lines that a program writes during `run`, even if `run` throws. */
export async function pointsOf(namespace: string, run: (metrics: Metrics) => unknown): Promise<readonly DataPoint[]> {
  const lines: string[] = [];
  const metrics = new EmfMetrics(namespace, { nowMs: Date.now, write: (line) => lines.push(line) });
  await run(metrics);
  return lines.flatMap((line) => pointsOfLine(JSON.parse(line) as EmfLine));
}

function pointsOfLine(line: EmfLine): DataPoint[] {
  return line._aws.CloudWatchMetrics.flatMap(({ Namespace: namespace, Dimensions, Metrics: metrics }) =>
    Dimensions.flatMap((names) =>
      metrics.map(({ Name: name, Unit: unit }) => ({
        namespace,
        name,
        dimensions: Object.fromEntries(names.map((dimension) => [dimension, String(line[dimension])])),
        unit,
        value: line[name] as number,
      })),
    ),
  );
}
