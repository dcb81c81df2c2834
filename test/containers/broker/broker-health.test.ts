import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ScrapedMetrics } from '../../../shared/telemetry/scraped-metrics.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../contract/embedded-harness.ts';
import { type RunningBroker, startTestBroker } from '../../contract/broker-ground.ts';

describe("the broker's pages", () => {
  let harness: EmbeddedHarness;
  let broker: RunningBroker | undefined;
  beforeEach(async () => {
    harness = await openEmbeddedHarness();
  });
  afterEach(async () => {
    await broker?.stop();
    await harness.close();
  });

  async function get(page: string): Promise<{ readonly status: number; readonly body: string }> {
    const response = await fetch(`${broker?.url ?? ''}/${page}`);
    return { status: response.status, body: await response.text() };
  }

  it('are ready without agents, who come through the broker, and show the metrics', async () => {
    broker = await startTestBroker(harness, {}, { scrape: new ScrapedMetrics({ nowMs: Date.now }) });
    expect(await get('readyz')).toEqual({ status: 200, body: 'engine: ok\nfleet: ok\n' });
    expect(await get('livez')).toMatchObject({ status: 200 });
    const metrics = await get('metrics');
    expect(metrics.status).toBe(200);
    expect(metrics.body).toContain('# TYPE BrokerJobsTaken counter');
  });

  it('are not ready while the engine is out of reach', async () => {
    const queue = new Proxy(harness.engine.queue, {
      get(target, name) {
        if (name === 'depths') return async () => Promise.reject(new Error('https://user:secret@db/ is out of reach'));
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    const { leaseSeconds } = harness;
    const nowMs = (): number => harness.nowMs();
    broker = await startTestBroker({ engine: { ...harness.engine, queue }, leaseSeconds, nowMs });
    const { status, body } = await get('readyz');
    expect(status).toBe(503);
    expect(body).toContain('engine: the engine is out of reach');
    expect(body).not.toContain('secret');
  });
});
