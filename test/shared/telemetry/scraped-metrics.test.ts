import { describe, expect, it } from 'vitest';

import { EmfMetrics } from '../../../shared/telemetry/emf-metrics.ts';
import { METRIC_NAMES, METRICS, type MetricDimensions, type MetricName } from '../../../shared/telemetry/metrics.ts';
import { ScrapedMetrics } from '../../../shared/telemetry/scraped-metrics.ts';

/** What the client library measures of the process itself. */
const OF_THE_PROCESS = /^(process|nodejs)_/;

function samplesOf(text: string, name: string): string[] {
  return text.split('\n').filter((line) => line.startsWith(name) && !line.startsWith('#'));
}

describe('the scraped metrics', () => {
  it('have the names of those in CloudWatch, and no others', async () => {
    const lines: string[] = [];
    const emf = new EmfMetrics('Coppice', { nowMs: () => 0, write: (line) => lines.push(line) });
    for (const name of METRIC_NAMES) {
      const labels = Object.fromEntries(METRICS[name].dimensions.map((dimension) => [dimension, 'x']));
      emf.record(name, 1, labels as MetricDimensions<MetricName>);
    }
    const written = lines.map(
      (line) => JSON.parse(line) as { _aws: { CloudWatchMetrics: [{ Metrics: [{ Name: string }] }] } },
    );
    const inCloudWatch = written.map((line) => line._aws.CloudWatchMetrics[0].Metrics[0].Name);

    const text = await new ScrapedMetrics({ nowMs: () => 0 }).render();
    const scraped = [...text.matchAll(/^# TYPE (\S+) /gm)]
      .map(([, name]) => name!)
      .filter((name) => !OF_THE_PROCESS.test(name));
    expect(scraped.toSorted()).toEqual(inCloudWatch.toSorted());
  });

  it('are in the format of OpenMetrics: counters add up, gauges are replaced, histograms count', async () => {
    const metrics = new ScrapedMetrics({ nowMs: () => 0 });
    metrics.record('JobsProven', 1, { circuit: 'PARITY_BASE' });
    metrics.record('JobsProven', 2, { circuit: 'PARITY_BASE' });
    metrics.record('JobsWaiting', 7, { pool: 'small' });
    metrics.record('JobsWaiting', 3, { pool: 'small' });
    metrics.record('JobHeldSeconds', 4, { circuit: 'PARITY_BASE' });
    const text = await metrics.render();
    expect(metrics.contentType).toContain('application/openmetrics-text');
    expect(text).toMatch(/\n# EOF\n$/);
    expect(samplesOf(text, 'JobsProven')).toEqual(['JobsProven_total{circuit="PARITY_BASE"} 3']);
    expect(samplesOf(text, 'JobsWaiting')).toEqual(['JobsWaiting{pool="small"} 3']);
    expect(text).toContain('JobHeldSeconds_bucket{le="2",circuit="PARITY_BASE"} 0');
    expect(text).toContain('JobHeldSeconds_bucket{le="5",circuit="PARITY_BASE"} 1');
    expect(text).toContain('JobHeldSeconds_sum{circuit="PARITY_BASE"} 4');
  });

  it('show no level before it was measured, nor one that is measured no more', async () => {
    let nowMs = 0;
    const metrics = new ScrapedMetrics({ nowMs: () => nowMs });
    expect(samplesOf(await metrics.render(), 'EpochSlackSeconds')).toEqual([]);
    metrics.record('EpochSlackSeconds', -5, {});
    nowMs = 179_999;
    expect(samplesOf(await metrics.render(), 'EpochSlackSeconds')).toEqual(['EpochSlackSeconds -5']);
    nowMs = 180_000;
    expect(samplesOf(await metrics.render(), 'EpochSlackSeconds')).toEqual([]);
  });

  it('pass over a value that is not a number', async () => {
    const metrics = new ScrapedMetrics({ nowMs: () => 0 });
    metrics.record('EpochRootSeconds', Number.NaN, {});
    expect(await metrics.render()).toContain('EpochRootSeconds_count 0');
  });
});
