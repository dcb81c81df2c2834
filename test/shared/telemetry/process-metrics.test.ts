import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, describe, expect, it, vi } from 'vitest';

import { openProcessMetrics } from '../../../shared/telemetry/process-metrics.ts';

const SETTINGS = {
  metrics: 'none',
  metricsNamespace: 'Coppice',
  metricsCollectorUrl: undefined,
  otelCollectIntervalMs: 60_000,
  otelExportTimeoutMs: 30_000,
} as const;

interface Sent {
  readonly resourceMetrics: {
    readonly resource: { readonly attributes: { readonly key: string; readonly value: { stringValue?: string } }[] };
    readonly scopeMetrics: {
      readonly metrics: {
        readonly name: string;
        readonly sum?: { readonly dataPoints: { readonly asDouble: number }[] };
        readonly gauge?: { readonly dataPoints: { readonly asDouble: number }[] };
      }[];
    }[];
  }[];
}

describe("a program's metrics", () => {
  let collector: Server | undefined;
  afterEach(() => {
    vi.restoreAllMocks();
    collector?.close();
    collector?.closeAllConnections();
  });

  async function collectorUrl(onSent: (sent: Sent) => void): Promise<string> {
    collector = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        onSent(JSON.parse(Buffer.concat(chunks).toString()) as Sent);
        response.end('{}');
      });
    });
    await new Promise<void>((resolve) => collector?.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(collector.address() as AddressInfo).port}/v1/metrics`;
  }

  it('go wherever they are wanted at once: to the scraper, to stdout, and to the collector', async () => {
    const sent: Sent[] = [];
    const lines: string[] = [];
    vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
    const metricsCollectorUrl = await collectorUrl((body) => sent.push(body));
    const opened = await openProcessMetrics('node', { ...SETTINGS, metrics: 'emf', metricsCollectorUrl });
    opened.metrics.record('JobsProven', 2, { circuit: 'PARITY_BASE' }, { jobId: 'https://user:secret@l1.example' });
    opened.metrics.record('NodeLagSeconds', 12, {});
    await opened.close();
    vi.restoreAllMocks();

    const scraped = await opened.scrape.render();
    expect(scraped).toContain('JobsProven_total{circuit="PARITY_BASE"} 2');
    expect(scraped).toContain('\nNodeLagSeconds 12\n');
    // What is logged beside a value is no part of a metric.
    expect(scraped + JSON.stringify(sent)).not.toContain('secret');
    expect(lines.filter((line) => line.includes('"Name":"JobsProven"'))).toHaveLength(1);
    const [{ resource, scopeMetrics } = { resource: { attributes: [] }, scopeMetrics: [] }] = sent[0]!.resourceMetrics;
    expect(resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue).toBe('coppice-node');
    const values = scopeMetrics[0]!.metrics.map(({ name, sum, gauge }) => [
      name,
      (sum ?? gauge)?.dataPoints.map(({ asDouble }) => asDouble),
    ]);
    expect(values).toEqual([
      ['JobsProven', [2]],
      ['NodeLagSeconds', [12]],
    ]);
  });

  it('do not keep a program whose collector is out of reach', async () => {
    const url = await collectorUrl(() => undefined);
    collector?.close();
    const opened = await openProcessMetrics('agent', { ...SETTINGS, metricsCollectorUrl: url });
    opened.metrics.record('MessagesParked', 1, {});
    await expect(opened.close()).resolves.toBeUndefined();
  });
});
