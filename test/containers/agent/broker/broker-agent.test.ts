import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { NUMBER_OF_L1_L2_MESSAGES_PER_ROLLUP } from '@aztec/constants';
import { Fr } from '@aztec/foundation/curves/bn254';
import { getVKTreeRoot } from '@aztec/noir-protocol-circuits-types/vk-tree';
import { createProofStore } from '@aztec/prover-client/broker';
import { ParityBasePrivateInputs } from '@aztec/stdlib/parity';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';

import { AgentUnfitError } from '../../../../containers/agent/errors.ts';
import { familyReference } from '../../../../containers/agent/families/family-registry.ts';
import { WireJob } from '../../../../shared/broker-api/wire-types.ts';
import { sha256Of } from '../../../../shared/proving-job/proving-job-id.ts';
import { letFinish, until, untilProverAt } from '../../../fixtures/test-fleet.ts';
import { BrokerGround, contentOf, PARITY_BASE } from './broker-ground.ts';

/** What an agent would wait for if it asked for jobs only by its clock. */
const NEVER_MS = 3_600_000;

let ground: BrokerGround;

beforeEach(async () => {
  ground = await BrokerGround.open();
});

afterEach(async () => {
  await ground.close();
});

describe("an agent of Aztec's own broker", () => {
  it('proves job after job: the answer to each proof brings the next', async () => {
    const url = await ground.startBroker();
    const ids = await Promise.all([1, 2, 3].map(() => ground.enqueue(url, { act: 'prove' })));
    ground.startAgent(url, { broker: { url, pollMs: NEVER_MS } });
    for (const id of ids) {
      expect(contentOf(await ground.untilSettled(url, id))).toMatchObject({ circuit: 'PARITY_BASE' });
    }
  });

  it.each(['inline', 'file'])("takes inputs and leaves proofs as Aztec's %s store has them", async (kind) => {
    const url = await ground.startBroker();
    const storeUrl = kind === 'file' ? pathToFileURL(ground.directory).href : undefined;
    const store = await createProofStore(storeUrl);
    const messages = Array.from({ length: NUMBER_OF_L1_L2_MESSAGES_PER_ROLLUP }, () => Fr.ZERO);
    const inputs = ParityBasePrivateInputs.fromSlice(messages, 0, getVKTreeRoot());
    const id = `7:PARITY_BASE:${sha256Of(inputs.toBuffer())}`;
    const inputsUri = await store.saveProofInput(id, PARITY_BASE, inputs);
    const job = WireJob.parse({ id, type: PARITY_BASE, epochNumber: 7, inputsUri });
    await ground.client(url).enqueueProvingJob(job);
    ground.startAgent(url, {
      families: [familyReference('aztec', { networkVersion: '4.1.2', realProofs: false })],
      broker: { url, pollMs: 20, proofStore: storeUrl },
    });
    const settled = await ground.untilSettled(url, job.id);
    if (settled.status !== 'fulfilled') throw new Error(JSON.stringify(settled));
    expect(settled.value.startsWith(storeUrl ?? 'data:application/json;charset=utf-8,')).toBe(true);
    const output = await store.getProofOutput(settled.value as string as typeof inputsUri);
    expect(output).toMatchObject({ type: PARITY_BASE, result: { inputs: { vkTreeRoot: getVKTreeRoot() } } });
  });

  it('asks for another try at a job that fails here, until the broker has counted enough', async () => {
    const url = await ground.startBroker();
    const id = await ground.enqueue(url, { act: 'throw' });
    ground.startAgent(url, { doubtPauses: { firstMs: 1 } });
    const settled = await ground.untilSettled(url, id);
    expect(settled).toEqual({ status: 'rejected', reason: 'failure: the witness does not satisfy the circuit' });
  });

  it('takes jobs of its circuits only', async () => {
    const url = await ground.startBroker();
    const other = await ground.enqueue(url, { act: 'prove' }, 'PARITY_ROOT', 17);
    const own = await ground.enqueue(url, { act: 'prove' });
    ground.startAgent(url, { circuits: ['PARITY_BASE'] });
    await ground.untilSettled(url, own);
    expect(await ground.client(url).getProvingJobStatus(other)).toEqual({ status: 'in-queue' });
  });

  it('says that it still proves, as often as it polls, and keeps its job beyond the time-out of the broker', async () => {
    let claims = 0;
    let reports = 0;
    const url = await ground.startBroker({
      jobTimeoutMs: 2500,
      change: (broker) => ({
        getProvingJob: async (filter) => {
          const lease = await broker.getProvingJob(filter);
          if (lease !== undefined) claims += 1;
          return lease;
        },
        reportProvingJobProgress: (id, startedAt, filter) => {
          reports += 1;
          return broker.reportProvingJobProgress(id, startedAt, filter);
        },
      }),
    });
    const marker = ground.marker('long');
    const id = await ground.enqueue(url, { act: 'wait', marker });
    ground.startAgent(url);
    await until(
      () => reports,
      (count) => count >= 4,
    );
    await letFinish(marker);
    expect((await ground.untilSettled(url, id)).status).toBe('fulfilled');
    expect(claims).toBe(1);
  });

  it('drops its job for one that the broker gives it in its place', async () => {
    const marker = ground.marker('replaced');
    let replaced = false;
    const url = await ground.startBroker({
      change: (broker) => ({
        reportProvingJobProgress: async (id, startedAt, filter) => {
          const next = replaced ? undefined : await broker.getProvingJob(filter);
          replaced ||= next !== undefined;
          return next ?? broker.reportProvingJobProgress(id, startedAt, filter);
        },
      }),
    });
    await ground.enqueue(url, { act: 'wait', marker });
    ground.startAgent(url, { broker: { url, pollMs: NEVER_MS } });
    await untilProverAt(marker);
    const next = await ground.enqueue(url, { act: 'prove' });
    expect((await ground.untilSettled(url, next)).status).toBe('fulfilled');
  });

  it('finishes its job when it is stopped, and asks for no other', async () => {
    const url = await ground.startBroker();
    const marker = ground.marker('last');
    const id = await ground.enqueue(url, { act: 'wait', marker });
    const agent = ground.startAgent(url, { drainSeconds: 60 });
    await untilProverAt(marker);
    const stopped = agent.stop();
    await letFinish(marker);
    await stopped;
    expect((await ground.client(url).getProvingJobStatus(id)).status).toBe('fulfilled');
  });

  it('leaves a job that it cannot finish to the broker, which counts no failure', async () => {
    const url = await ground.startBroker({ jobTimeoutMs: 1000 });
    const marker = ground.marker('left');
    const id = await ground.enqueue(url, { act: 'wait', marker });
    const agent = ground.startAgent(url, { drainSeconds: 1 });
    await untilProverAt(marker);
    await agent.stop();
    expect((await ground.client(url).getProvingJobStatus(id)).status).not.toBe('rejected');
    ground.startAgent(url);
    expect((await ground.untilSettled(url, id)).status).toBe('fulfilled');
  });

  it('pauses, and rejects nothing, while inputs cannot be read from here', async () => {
    const url = await ground.startBroker();
    const inputs = join(ground.directory, 'inputs');
    const job = WireJob.parse({
      id: `7:PARITY_BASE:${'a'.repeat(64)}`,
      type: PARITY_BASE,
      epochNumber: 7,
      inputsUri: pathToFileURL(inputs).href,
    });
    await ground.client(url).enqueueProvingJob(job);
    ground.startAgent(url);
    await until(
      () => ground.logged.join(''),
      (log) => log.includes('inputs not read yet'),
    );
    await writeFile(inputs, JSON.stringify({ act: 'prove' }));
    expect((await ground.untilSettled(url, job.id)).status).toBe('fulfilled');
  });
});

describe('a broker that', () => {
  it('is of another version ends the agent before it has taken a job', async () => {
    const url = await ground.startBroker({ headers: { 'x-aztec-l2CircuitsVkTreeRoot': '0x123' } });
    const id = await ground.enqueue(url, { act: 'prove' });
    const error: unknown = await ground.startAgent(url).ended.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AgentUnfitError);
    expect(String(error)).toMatch(/is of another version: its l2CircuitsVkTreeRoot is 0x123, here it is 0x1dd2/);
    expect(await ground.client(url).getProvingJobStatus(id)).toEqual({ status: 'in-queue' });
  });

  it('says another package version, and nothing of its keys, ends the agent as well', async () => {
    const url = await ground.startBroker({ headers: { 'x-aztec-packageVersion': '6.0.0' } });
    await expect(ground.startAgent(url).ended).rejects.toThrow(/its packageVersion is 6.0.0, here it is 4.1.2/);
  });

  it('is none, but another program at its URL, ends the agent', async () => {
    const server = createServer((_request, response) => response.writeHead(404).end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await expect(ground.startAgent(url).ended).rejects.toThrow(
      /HTTP 404: check that the URL is that of a proving broker/,
    );
  });

  it('cannot be reached is named again and again, and served once it is there', async () => {
    const probe = await BrokerGround.open();
    const url = await probe.startBroker();
    await probe.close();
    ground.startAgent(url);
    await until(
      () => ground.logged.filter((line) => line.includes('is out of reach (connect ECONNREFUSED')),
      (lines) => lines.length >= 2,
    );
    await ground.startBroker({ port: Number(new URL(url).port) });
    const id = await ground.enqueue(url, { act: 'prove' });
    expect((await ground.untilSettled(url, id)).status).toBe('fulfilled');
  });

  it('is killed in the middle gets the proof when it is back', async () => {
    const broker = await ground.startBrokerProcess();
    const { url } = broker;
    const marker = ground.marker('outage');
    const id = await ground.enqueue(url, { act: 'wait', marker });
    ground.startAgent(url);
    await untilProverAt(marker);
    await broker.kill();
    await letFinish(marker);
    await until(
      () => ground.logged.join(''),
      (log) => log.includes('is out of reach'),
    );
    await ground.startBrokerProcess(broker.port);
    expect(contentOf(await ground.untilSettled(url, id))).toMatchObject({ circuit: 'PARITY_BASE' });
  });

  it('loses an agent in the middle gives its job to another', async () => {
    const url = await ground.startBroker({ jobTimeoutMs: 2000 });
    const marker = ground.marker('lost');
    const id = await ground.enqueue(url, { act: 'wait', marker });
    const agent = ground.startAgentProcess(url);
    await untilProverAt(marker);
    await agent.kill();
    ground.startAgent(url);
    expect((await ground.untilSettled(url, id)).status).toBe('fulfilled');
  });
});
