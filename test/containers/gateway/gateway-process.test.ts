import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { EpochNumber } from '@aztec/foundation/branded-types';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { findFreePort } from '../../../containers/local-fleet/find-free-port.ts';
import {
  aJob,
  aProof,
  clientOf,
  newFacade,
  newInputs,
  newOfficialAgent,
  PUBLIC_INPUTS,
  raw,
} from '../../contract/broker-ground.ts';
import { AgentPort } from '../../fixtures/agent-port.ts';
import { CoppiceBroker } from '../../fixtures/coppice-broker.ts';
import { startCoppice } from '../../fixtures/run-coppice.ts';

const ALL = { allowList: [] };
/** Longer than the gateway is away. */
const RETRY_SECONDS = Array.from({ length: 120 }, () => 1);

let directory: string;
let broker: CoppiceBroker;
let agentPort: AgentPort;
let port: number;
const started: ReturnType<typeof startCoppice>[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'coppice-gateway-'));
  broker = await CoppiceBroker.start({ aztecVersion: '4.1.2' });
  agentPort = new AgentPort();
  await agentPort.start();
  port = await findFreePort();
});

afterEach(async () => {
  for (const { child } of started) child.kill('SIGKILL');
  await Promise.all(started.splice(0).map(({ result }) => result));
  await agentPort.stop();
  await broker.close();
  await rm(directory, { recursive: true });
});

function url(): string {
  return `http://127.0.0.1:${port}`;
}

async function start(): Promise<ReturnType<typeof startCoppice>> {
  const gateway = startCoppice(['start', '--agent-gateway', '--aztec-version', '4.1.2'], {
    workingDirectory: directory,
    environment: {
      COPPICE_GATEWAY_PORT: String(port),
      COPPICE_GATEWAY_AGENT_URL: agentPort.url,
      COPPICE_AGENT_ID: 'gateway',
      DATA_DIRECTORY: broker.dataDirectory,
    },
  });
  started.push(gateway);
  await expect.poll(() => status().catch(() => undefined)).toMatchObject({ ok: true });
  return gateway;
}

async function status(): Promise<unknown> {
  return (await fetch(`${url()}/status`)).json();
}

it("loses nothing when it is killed: Aztec's agent proves its job once, and goes on", async () => {
  const first = await start();
  const proving = Promise.withResolvers<undefined>();
  const mayEnd = Promise.withResolvers<undefined>();
  let provings = 0;
  const agent = newOfficialAgent(clientOf(url(), RETRY_SECONDS), {
    onProving: async () => {
      provings += 1;
      proving.resolve(undefined);
      await mayEnd.promise;
    },
  });
  const facade = await newFacade(clientOf(broker.url));
  facade.start();
  agent.start();
  try {
    const proven = facade.getBaseParityProof(newInputs(), undefined, EpochNumber(7));
    await proving.promise;

    first.child.kill('SIGKILL');
    await first.result;
    await start();
    // It learns of the job by the agent's next report.
    await expect.poll(status).toMatchObject({ jobId: expect.stringContaining(':PARITY_BASE:') as unknown });
    mayEnd.resolve(undefined);

    expect((await proven).inputs).toEqual(PUBLIC_INPUTS);
    expect(provings).toBe(1);
    const next = await facade.getBaseParityProof(newInputs(), undefined, EpochNumber(7));
    expect(next.inputs).toEqual(PUBLIC_INPUTS);
  } finally {
    await agent.stop();
    await facade.stop();
  }
});

it('lets the agent finish its job at SIGTERM, and then ends itself', async () => {
  const { child, result } = await start();
  const { bytes: _, ...job } = await aJob();
  const node = clientOf(broker.url);
  await node.enqueueProvingJob(job);
  const lease = await clientOf(url()).getProvingJob(ALL);
  expect(lease?.job.id).toBe(job.id);
  child.kill('SIGTERM');
  await expect.poll(() => clientOf(url()).getProvingJob(ALL)).toBeUndefined();
  expect(await clientOf(url()).reportProvingJobProgress(job.id, lease!.time, ALL)).toBeUndefined();
  await raw(url(), 'reportProvingJobSuccess', [job.id, aProof('one'), ALL]);
  expect(await result).toMatchObject({ code: 0 });
  expect(await node.getProvingJobStatus(job.id)).toEqual({ status: 'fulfilled', value: aProof('one') });
});
