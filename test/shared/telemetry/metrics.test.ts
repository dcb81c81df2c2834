import { describe, expect, it } from 'vitest';

import { EmfMetrics } from '../../../shared/telemetry/emf-metrics.ts';
import { METRICS } from '../../../shared/telemetry/metrics.ts';

describe('EmfMetrics', () => {
  it("writes a line that CloudWatch turns into a metric, and nothing but the metric's own dimensions", () => {
    const lines: string[] = [];
    const metrics = new EmfMetrics('Coppice', { nowMs: () => 1_800_000_000_000, write: (line) => lines.push(line) });
    metrics.record('JobProvingSeconds', 1.5, { circuit: 'PARITY_BASE' }, { jobId: '7:PARITY_BASE:ab', epoch: 7 });
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        _aws: {
          Timestamp: 1_800_000_000_000,
          CloudWatchMetrics: [
            {
              Namespace: 'Coppice',
              Dimensions: [['circuit']],
              Metrics: [{ Name: 'JobProvingSeconds', Unit: 'Seconds' }],
            },
          ],
        },
        circuit: 'PARITY_BASE',
        jobId: '7:PARITY_BASE:ab',
        epoch: 7,
        JobProvingSeconds: 1.5,
      },
    ]);
    expect(lines[0]).toMatch(/^\{.*\}\n$/);
  });

  it('writes nothing for a value that is not a number', () => {
    const lines: string[] = [];
    const metrics = new EmfMetrics('Coppice', { nowMs: () => 0, write: (line) => lines.push(line) });
    metrics.record('EpochRootSeconds', Number.NaN, {});
    expect(lines).toEqual([]);
  });
});

describe('the metrics', () => {
  it('have their unit in their name when it is a time', () => {
    for (const [name, { unit }] of Object.entries(METRICS)) expect(name.endsWith('Seconds')).toBe(unit === 'Seconds');
  });

  it('have few dimensions: no epochs, jobs or agents, each of which would be billed as a metric', () => {
    const dimensions = new Set(Object.values(METRICS).flatMap((metric): readonly string[] => metric.dimensions));
    expect([...dimensions].sort()).toEqual(['capacity', 'cause', 'circuit', 'lane', 'pool', 'service', 'trouble']);
  });
});
