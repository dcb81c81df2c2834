import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { WireJobId } from '../../../shared/broker-api/wire-job-id.ts';
import { ProofUri, type WireJob } from '../../../shared/broker-api/wire-types.ts';
import type { ProvingBrokerApi } from '../../../shared/broker-api/proving-broker-api.ts';
import { EpochNumber, makeLineId } from '../../../shared/proving-job/epoch-id.ts';
import { sha256Of } from '../../../shared/proving-job/proving-job-id.ts';
import { startTestBroker } from '../../contract/broker-ground.ts';
import { openEmbeddedHarness } from '../../contract/embedded-harness.ts';
import { EngineOutage, triesWithin } from '../../contract/engine-outage.ts';
import { type Aztec520, loadAztec520 } from '../../fixtures/aztec-5.2.0/load-clients.ts';
import { CoppiceBroker } from '../../fixtures/coppice-broker.ts';

const EPOCH = EpochNumber.parse(42);
const TX_MERGE = 4;
const POLL_MS = 50;
/** How much faster than Aztec's command line a client tries again where an outage is long. */
const HASTE = 1_000;

describe("Aztec's own clients of 5.2.0 on our broker", () => {
  let aztec: Aztec520;
  let broker: CoppiceBroker;
  let client: ProvingBrokerApi;
  const cleanUps: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    aztec = await loadAztec520();
    broker = await CoppiceBroker.start({ aztecVersion: '5.2.0', variables: { COPPICE_BROKER_HOLD_SECONDS: '1' } });
    cleanUps.push(() => broker.close());
    client = newClient();
  });
  afterAll(async () => {
    for (const cleanUp of cleanUps.reverse()) await cleanUp();
  });

  /** As `aztec start` of 5.2.0 makes it: it tries again for as long as the broker is away. */
  function newClient(): ProvingBrokerApi {
    const connections = new aztec.Agent({ connections: 10 });
    cleanUps.push(() => connections.destroy());
    const fetch = aztec.makeTracedFetch(aztec.proverBrokerBackoff, false, aztec.makeUndiciFetch(connections));
    return aztec.createProvingJobBrokerClient(broker.url, {}, fetch);
  }

  it('enqueue, lease, keep and prove a job, and read its proof', async () => {
    const job = aJob('proven');
    expect(await client.enqueueProvingJob(job)).toEqual({ status: 'not-found' });
    expect(await client.enqueueProvingJob(job)).toEqual({ status: 'in-queue' });

    const lease = await client.getProvingJob({ allowList: [TX_MERGE] });
    expect(lease?.job).toEqual(job);
    expect(await client.getProvingJobStatus(job.id)).toEqual({ status: 'in-progress' });
    expect(await client.reportProvingJobProgress(job.id, lease!.time, { allowList: [TX_MERGE] })).toBeUndefined();
    const proof = inlineUri('result', 'a proof');
    expect(await client.reportProvingJobSuccess(job.id, proof, { allowList: [TX_MERGE] })).toBeUndefined();

    expect(await client.getCompletedJobs([])).toContain(job.id);
    expect(await client.getProvingJobStatus(job.id)).toEqual({ status: 'fulfilled', value: proof });
    expect(await client.enqueueProvingJob(job)).toEqual({ status: 'fulfilled', value: proof });
  });

  it('cancel a job, and ask for it again', async () => {
    const job = aJob('cancelled');
    await client.enqueueProvingJob(job);
    await client.cancelProvingJob(job.id);
    const { status } = await client.getProvingJobStatus(job.id);
    expect(['aborted', 'rejected']).toContain(status);
    expect(await client.getProvingJob({ allowList: [] })).toBeUndefined();

    expect(await client.enqueueProvingJob(job)).toEqual({ status: 'in-queue' });
    expect((await client.getProvingJob({ allowList: [] }))?.job.id).toBe(job.id);
    await client.reportProvingJobSuccess(job.id, inlineUri('result', 'a proof'), { allowList: [] });
  });

  it('get the next job with the answer to a success', async () => {
    const [first, second] = [aJob('first'), aJob('second')];
    await client.enqueueProvingJob(first);
    await client.enqueueProvingJob(second);
    const lease = await client.getProvingJob({ allowList: [TX_MERGE] });
    const next = await client.reportProvingJobSuccess(lease!.job.id, inlineUri('result', 'a proof'), {
      allowList: [TX_MERGE],
    });
    expect([lease!.job.id, next?.job.id].toSorted()).toEqual([first.id, second.id].toSorted());
    await client.reportProvingJobSuccess(next!.job.id, inlineUri('result', 'a proof'), { allowList: [TX_MERGE] });
  });

  it('report a failure that another try may mend, and the job is there again', async () => {
    const job = aJob('failed');
    await client.enqueueProvingJob(job);
    await client.getProvingJob({ allowList: [TX_MERGE] });
    let next = await client.reportProvingJobError(job.id, 'out of luck', true, { allowList: [TX_MERGE] });
    while (next === undefined) next = await client.getProvingJob({ allowList: [TX_MERGE] });
    expect(next.job).toEqual(job);
    await client.reportProvingJobSuccess(job.id, inlineUri('result', 'a proof'), { allowList: [TX_MERGE] });
  });

  it('prove a job for a node of 5.2.0 with an agent of 5.2.0, though the broker is killed meanwhile', async () => {
    const proving = Promise.withResolvers<undefined>();
    const mayEnd = Promise.withResolvers<undefined>();
    let provings = 0;
    const prover = {
      getTxMergeRollupProof: async (inputs: unknown, _signal: unknown, epoch: number) => {
        provings += 1;
        proving.resolve(undefined);
        await mayEnd.promise;
        return { proofOf: inputs, epoch };
      },
    };
    const store = new aztec.InlineProofStore();
    const agent = new aztec.ProvingAgent(newClient(), store, prover, [], POLL_MS);
    const facade = new aztec.BrokerCircuitProverFacade(newClient(), store, undefined, POLL_MS);
    agent.start();
    facade.start();
    const bytes = Buffer.from('inputs of a facade');
    const proof = facade.getTxMergeRollupProof(
      { toBuffer: () => bytes, toJSON: () => bytes.toString('base64') },
      undefined,
      EPOCH,
    );
    await proving.promise;

    await broker.kill();
    await broker.restart();
    mayEnd.resolve(undefined);

    expect(await proof).toEqual({ proofOf: bytes.toString('base64'), epoch: EPOCH });
    expect(provings).toBe(1);
    await agent.stop();
    await facade.stop();
  });

  it('wait out an outage of the engine of 60 s, and longer ones', async () => {
    const harness = await openEmbeddedHarness();
    cleanUps.push(() => harness.close());
    const outage = new EngineOutage(harness.engine);
    const line = { networkVersion: '5.2.0', rollup: makeLineId('5.2.0') };
    const shaky = await startTestBroker({ ...harness, engine: outage.engine }, { line, holdMs: 1_000 });
    cleanUps.push(() => shaky.stop());
    const connections = new aztec.Agent({ connections: 10 });
    cleanUps.push(() => connections.destroy());
    function* hastily(): Iterable<number> {
      for (const seconds of aztec.proverBrokerBackoff()) yield seconds / HASTE;
    }
    const fetch = aztec.makeTracedFetch(hastily, false, aztec.makeUndiciFetch(connections));
    const hasty = aztec.createProvingJobBrokerClient(shaky.url, {}, fetch);
    const job = aJob('through an outage');
    const proof = inlineUri('result', 'a proof');
    for (const seconds of [60, 600]) {
      const tries = triesWithin(seconds, aztec.proverBrokerBackoff());
      expect(tries).toBeGreaterThan(seconds / 5);
      outage.begin(tries);
      await hasty.enqueueProvingJob(job);
      outage.begin(tries);
      await hasty.reportProvingJobSuccess(job.id, proof, { allowList: [TX_MERGE] });
      outage.begin(tries);
      expect(await hasty.getProvingJobStatus(job.id)).toEqual({ status: 'fulfilled', value: proof });
      expect(outage.isOver).toBe(true);
    }
  });
});

function aJob(name: string): WireJob {
  const id = WireJobId.parse(`${EPOCH}:TX_MERGE_ROLLUP:${sha256Of(Buffer.from(name))}`);
  return { id, type: TX_MERGE, epochNumber: EPOCH, inputsUri: inlineUri('inputs', name) };
}

/** As Aztec's inline proof store writes it: bytes as base64. */
function inlineUri(key: 'inputs' | 'result', content: string): ProofUri {
  const payload = { type: TX_MERGE, [key]: Buffer.from(content).toString('base64') };
  return ProofUri.parse(`data:application/json;charset=utf-8,${encodeURIComponent(JSON.stringify(payload))}`);
}
