import { EpochNumber } from '@aztec/foundation/branded-types';
import { afterEach, beforeEach, expect, it } from 'vitest';

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
import { startCoppiceGateway } from '../../fixtures/coppice-gateway.ts';
import type { CoppiceServer } from '../../fixtures/coppice-server.ts';

const ALL = { allowList: [] };
/** Longer than the gateway is away. */
const RETRY_SECONDS = Array.from({ length: 120 }, () => 1);

let broker: CoppiceBroker;
let agentPort: AgentPort;
let gateway: CoppiceServer;

beforeEach(async () => {
  broker = await CoppiceBroker.start({ aztecVersion: '4.1.2' });
  agentPort = new AgentPort();
  await agentPort.start();
  const { dataDirectory } = broker;
  gateway = await startCoppiceGateway({ aztecVersion: '4.1.2', dataDirectory, agentUrl: agentPort.url });
});

afterEach(async () => {
  // An agent that has gone keeps no gateway.
  await agentPort.stop();
  await gateway.stop();
  await broker.close();
});

async function status(): Promise<unknown> {
  return (await fetch(`${gateway.url}/status`)).json();
}

it("loses nothing when it is killed: Aztec's agent proves its job once, and goes on", async () => {
  const proving = Promise.withResolvers<undefined>();
  const mayEnd = Promise.withResolvers<undefined>();
  let provings = 0;
  const agent = newOfficialAgent(clientOf(gateway.url, RETRY_SECONDS), {
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

    await gateway.kill();
    await gateway.restart();
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
  const { bytes: _, ...job } = await aJob();
  const node = clientOf(broker.url);
  await node.enqueueProvingJob(job);
  let lease = await clientOf(gateway.url).getProvingJob(ALL);
  while (lease === undefined) lease = await clientOf(gateway.url).getProvingJob(ALL);
  expect(lease.job.id).toBe(job.id);
  process.kill(gateway.pid, 'SIGTERM');
  expect(await clientOf(gateway.url).reportProvingJobProgress(job.id, lease.time, ALL)).toBeUndefined();
  await raw(gateway.url, 'reportProvingJobSuccess', [job.id, aProof('one'), ALL]);
  await expect.poll(() => status().catch(() => 'ended')).toBe('ended');
  expect(await node.getProvingJobStatus(job.id)).toEqual({ status: 'fulfilled', value: aProof('one') });
});
