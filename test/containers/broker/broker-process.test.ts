import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { startCoppice } from '../../fixtures/run-coppice.ts';

const ID = `7:INBOX_PARITY:${'c'.repeat(64)}`;
const JOB = {
  id: ID,
  type: 14,
  epochNumber: 7,
  inputsUri: `data:application/json;charset=utf-8,${encodeURIComponent('{"type":14,"inputs":"AAEC"}')}`,
};
const ALL = { allowList: [] };
const DRAINED = { allowList: [], allowNewJobs: false };

let directory: string;
let port: number;
const started: ReturnType<typeof startCoppice>[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'coppice-broker-'));
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  ({ port } = probe.address() as AddressInfo);
  probe.close();
});

afterEach(async () => {
  for (const { child } of started) child.kill('SIGKILL');
  await Promise.all(started.splice(0).map(({ result }) => result));
  await rm(directory, { recursive: true });
});

async function start(): Promise<ReturnType<typeof startCoppice>> {
  const environment = {
    PROVER_BROKER_PORT: String(port),
    AZTEC_VERSION: '6.0.0',
    DATA_DIRECTORY: join(directory, 'data'),
  };
  const broker = startCoppice(['start', '--prover-broker'], { workingDirectory: directory, environment });
  started.push(broker);
  await expect.poll(() => status().catch(() => undefined)).toMatchObject({ ok: true });
  return broker;
}

async function status(): Promise<unknown> {
  return (await fetch(`http://127.0.0.1:${port}/status`)).json();
}

async function call(method: string, ...params: unknown[]): Promise<unknown> {
  const body = JSON.stringify([{ jsonrpc: '2.0', id: 1, method: `proverBroker_${method}`, params }]);
  const response = await fetch(`http://127.0.0.1:${port}`, { method: 'POST', body });
  const [{ result }] = (await response.json()) as [{ result: unknown }];
  return result;
}

it('loses nothing when it is killed: an agent goes on under its lease, and its proof counts', async () => {
  const first = await start();
  expect(await call('enqueueProvingJob', JOB)).toEqual({ status: 'not-found' });
  const lease = (await call('getProvingJob', ALL)) as { readonly job: unknown; readonly time: number };
  expect(lease.job).toEqual(JOB);
  first.child.kill('SIGKILL');
  await first.result;

  await start();
  expect(await call('reportProvingJobProgress', ID, lease.time, ALL)).toBeNull();
  expect(await call('getProvingJobStatus', ID)).toEqual({ status: 'in-progress' });
  const proof = `data:application/json;charset=utf-8,${encodeURIComponent('{"type":14,"result":"AA"}')}`;
  expect(await call('reportProvingJobSuccess', ID, proof, DRAINED)).toBeNull();
  expect(await call('getProvingJobStatus', ID)).toEqual({ status: 'fulfilled', value: proof });
  expect(await call('getCompletedJobs', [ID])).toEqual([ID]);
});

it('ends held calls and itself when it is stopped', async () => {
  const { child, result } = await start();
  const held = call('getProvingJob', ALL);
  await expect.poll(status).toMatchObject({ agentsWaiting: 1 });
  child.kill('SIGTERM');
  expect(await held).toBeNull();
  expect(await result).toMatchObject({ code: 0 });
});
