import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { runBroker } from '../../../../containers/broker/run-broker.ts';
import type { Engine } from '../../../../shared/engine/engine.ts';
import { openEngine } from '../../../../shared/engine/open-engine.ts';
import { makeLineId } from '../../../../shared/proving-job/epoch-id.ts';
import { ProvingJobId } from '../../../../shared/proving-job/proving-job-id.ts';
import { createLogger } from '../../../../shared/telemetry/logger.ts';
import { NO_METRICS } from '../../../../shared/telemetry/open-metrics.ts';
import { letFinish, until, untilProverAt } from '../../../fixtures/test-fleet.ts';
import { BrokerGround, contentOf } from './broker-ground.ts';

/** What an agent would wait for if it asked for jobs only by its clock. */
const NEVER_MS = 3_600_000;
const LEASE_SECONDS = 3;
const LINE = { networkVersion: '4.1.2', rollup: makeLineId('4.1.2') };

describe("an agent of Coppice's broker", () => {
  let ground: BrokerGround;
  let engine: Engine;
  const stops: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    ground = await BrokerGround.open();
    const dataDirectory = join(ground.directory, 'engine');
    engine = await openEngine({ engine: 'embedded', dataDirectory, leaseSeconds: LEASE_SECONDS });
  });

  afterEach(async () => {
    await ground.close();
    for (const stop of stops.splice(0)) await stop();
    await engine.close();
  });

  async function startBroker(
    port = 0,
  ): Promise<{ readonly url: string; readonly port: number; stop(): Promise<void> }> {
    const end = new AbortController();
    const listening = Promise.withResolvers<number>();
    const run = runBroker(
      {
        line: LINE,
        host: '127.0.0.1',
        port,
        networks: [],
        maxBodyBytes: 64 * 2 ** 20,
        maxCalls: 100,
        maxConnections: 200,
        clientTimeoutMs: 60_000,
        maxAnswerBytes: 64 * 2 ** 20,
        holdMs: 2_000,
        leaseSeconds: LEASE_SECONDS,
        claimSeconds: 1,
        sweep: undefined,
        drainMs: 1_000,
      },
      {
        engine,
        metrics: NO_METRICS,
        log: createLogger('broker', { logLevel: 'silent' }),
        signal: end.signal,
        onListening: listening.resolve,
      },
    );
    run.catch(listening.reject);
    const stop = async (): Promise<void> => {
      end.abort();
      await run;
    };
    stops.push(stop);
    const own = await listening.promise;
    return { url: `http://127.0.0.1:${own}`, port: own, stop };
  }

  it('proves job after job, and an idle one has a job as soon as there is one', async () => {
    const { url } = await startBroker();
    ground.startAgent(url, { broker: { url, pollMs: NEVER_MS } });
    const ids = await Promise.all([1, 2, 3].map(() => ground.enqueue(url, { act: 'prove' })));
    for (const id of ids) {
      expect(contentOf(await ground.untilSettled(url, id))).toMatchObject({ circuit: 'PARITY_BASE' });
    }
  });

  it('gives no job to two agents', async () => {
    const { url } = await startBroker();
    ground.startAgent(url);
    ground.startAgent(url);
    const ids = await Promise.all(Array.from({ length: 20 }, () => ground.enqueue(url, { act: 'prove' })));
    for (const id of ids) await ground.untilSettled(url, id);
    const records = await Promise.all(ids.map((id) => engine.jobs.find(ProvingJobId.parse(`${LINE.rollup}:${id}`))));
    for (const record of records) {
      expect(record?.state).toBe('proven');
      expect(Object.values(record!.attempts)).toEqual([0, 0, 0, 0, 0]);
    }
  });

  it('keeps its job, and delivers its proof, while the broker is away and comes back', async () => {
    const broker = await startBroker();
    const { url } = broker;
    const marker = ground.marker('away');
    const id = await ground.enqueue(url, { act: 'wait', marker });
    ground.startAgent(url);
    await untilProverAt(marker);
    await broker.stop();
    await letFinish(marker);
    await until(
      () => ground.logged.join(''),
      (log) => log.includes('is out of reach'),
    );
    await startBroker(broker.port);
    expect((await ground.untilSettled(url, id)).status).toBe('fulfilled');
    const record = await engine.jobs.find(ProvingJobId.parse(`${LINE.rollup}:${id}`));
    expect(Object.values(record!.attempts)).toEqual([0, 0, 0, 0, 0]);
  });

  it('gives a job that it cannot finish back when it is stopped, at no cost, and another agent proves it', async () => {
    const { url } = await startBroker();
    const marker = ground.marker('stopped');
    const id = await ground.enqueue(url, { act: 'wait', marker });
    const agent = ground.startAgent(url, { drainSeconds: 1 });
    await untilProverAt(marker);
    await agent.stop();
    const record = (): ReturnType<Engine['jobs']['find']> =>
      engine.jobs.find(ProvingJobId.parse(`${LINE.rollup}:${id}`));
    // A lease that ends leaves it as it is until another agent claims it.
    await expect.poll(async () => (await record())?.state).toBe('queued');
    await letFinish(marker);
    ground.startAgent(url);
    expect((await ground.untilSettled(url, id)).status).toBe('fulfilled');
    expect(Object.values((await record())!.attempts)).toEqual([0, 0, 0, 0, 0]);
  });
});
