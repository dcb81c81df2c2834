import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import type { HealthCheck } from '../../../containers/health/health-check.ts';
import { HealthPages } from '../../../containers/health/health-pages.ts';
import { serveHealth } from '../../../containers/health/health-server.ts';
import { AGENT_GROUP } from '../../../shared/config/groups/agent-settings.ts';
import { ScrapedMetrics } from '../../../shared/telemetry/scraped-metrics.ts';

const SETTING = AGENT_GROUP.settings.agentPort;

describe('the pages of a program', () => {
  let server: Server | undefined;
  let checks: readonly HealthCheck[] = [];
  afterEach(() => {
    server?.close();
    server?.closeAllConnections();
  });

  async function serve(ready: () => Promise<readonly HealthCheck[]> = async () => checks): Promise<string> {
    const pages = new HealthPages({ scrape: new ScrapedMetrics({ nowMs: () => 0 }), ready });
    server = await serveHealth({ port: 0, whose: 'agent', setting: SETTING, pages });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async function get(url: string): Promise<{ status: number; body: string; type: string | null }> {
    const response = await fetch(url);
    return { status: response.status, body: await response.text(), type: response.headers.get('content-type') };
  }

  it('serve the metrics in the format that scrapers read', async () => {
    const { status, body, type } = await get(`${await serve()}/metrics`);
    expect(status).toBe(200);
    expect(type).toContain('application/openmetrics-text');
    expect(body).toContain('# TYPE JobsProven counter');
  });

  it('say of each condition whether it holds, and are 503 when one does not', async () => {
    checks = [
      { name: 'synced', problem: undefined },
      { name: 'funds', problem: 'the publisher cannot pay: send ETH to it' },
    ];
    const url = await serve();
    expect(await get(`${url}/readyz?verbose`)).toMatchObject({
      status: 503,
      body: 'synced: ok\nfunds: the publisher cannot pay: send ETH to it\n',
    });
    expect(await get(`${url}/livez`)).toMatchObject({ status: 200, body: 'running: ok\n' });
  });

  it('are ready with a warning', async () => {
    checks = [{ name: 'fleet', problem: 'no agent calls', isWarning: true }];
    expect(await get(`${await serve()}/readyz`)).toMatchObject({
      status: 200,
      body: 'fleet: warning: no agent calls\n',
    });
  });

  it('show no secret of a URL, even when the check itself fails', async () => {
    const url = await serve(async () => {
      throw new Error('no response from https://user:secret@l1.example/v3/secret-key');
    });
    const { status, body } = await get(`${url}/readyz`);
    expect(status).toBe(503);
    expect(body).toContain('l1.example');
    expect(body).not.toContain('secret');
  });

  it('name themselves to those who ask for another', async () => {
    expect(await get(`${await serve()}/status`)).toMatchObject({
      status: 404,
      body: 'try GET /livez, /readyz, /metrics\n',
    });
  });

  it('are refused a port that is in use, by name', async () => {
    const port = Number(new URL(await serve()).port);
    const pages = new HealthPages({ ready: async () => [] });
    await expect(serveHealth({ port, whose: 'agent', setting: SETTING, pages })).rejects.toThrow(
      `port ${port} of the agent's status is in use: stop the program that listens there, or give another --agent-port (COPPICE_AGENT_PORT), 0 for none`,
    );
  });
});
