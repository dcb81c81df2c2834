import { vi } from 'vitest';

interface EmfLine {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly [
      {
        readonly Namespace: string;
        readonly Dimensions: readonly (readonly string[])[];
        readonly Metrics: readonly [{ readonly Name: string; readonly Unit: string }];
      },
    ];
  };
  readonly [field: string]: unknown;
}

/** The metrics that a function records, read from this process's stdout. */
export class MetricLines {
  readonly #lines: EmfLine[] = [];
  readonly #spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    for (const line of String(text).split('\n')) {
      if (line.includes('"_aws"')) this.#lines.push(JSON.parse(line) as EmfLine);
    }
    return true;
  });

  /** The last value of each metric, by its name and its dimensions, if any: `JobsWaiting small`. */
  values(): ReadonlyMap<string, number> {
    return new Map(this.#lines.map((line) => [labelOf(line), valueOf(line)]));
  }

  all(name: string): readonly number[] {
    return this.#lines.filter((line) => labelOf(line) === name).map(valueOf);
  }

  namespaces(): readonly string[] {
    return [...new Set(this.#lines.map(({ _aws }) => _aws.CloudWatchMetrics[0].Namespace))];
  }

  clear(): void {
    this.#lines.length = 0;
  }

  stop(): void {
    this.#spy.mockRestore();
  }
}

function labelOf(line: EmfLine): string {
  const [{ Dimensions, Metrics }] = line._aws.CloudWatchMetrics;
  const dimensions = (Dimensions[0] ?? []).map((name) => String(line[name]));
  return [Metrics[0].Name, ...dimensions].join(' ');
}

function valueOf(line: EmfLine): number {
  return line[line._aws.CloudWatchMetrics[0].Metrics[0].Name] as number;
}
