import { EpochNumber } from '@aztec/foundation/branded-types';
import { Agent, makeUndiciFetch } from '@aztec/foundation/json-rpc/undici';
import { createProvingJobBrokerClient, type ProvingAgent } from '@aztec/prover-client/broker';
import type { GetProvingJobResponse, ProvingJobBroker } from '@aztec/stdlib/interfaces/server';
import { makeTracedFetch } from '@aztec/telemetry-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { BrokerOptions } from '../../containers/broker/run-broker.ts';
import { BROKER_RETRY_SECONDS } from '../../containers/official/aztec-service.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import { sweepStrandedJobs } from '../../shared/job-queue/sweep-stranded-jobs.ts';
import { epochIdOf } from '../../shared/proving-job/proving-job-id.ts';
import { createLogger } from '../../shared/telemetry/logger.ts';
import { interceptCalls } from '../fixtures/intercept-calls.ts';
import { openAnswerLosingProxy } from './answer-losing-proxy.ts';
import { claimMessage } from './claim-message.ts';
import {
  aJob,
  aProof,
  clientOf,
  jobIdOf,
  newFacade,
  newInputs,
  newOfficialAgent,
  type OfficialFacade,
  PUBLIC_INPUTS,
  raw,
  resultOf,
  type RunningBroker,
  startTestBroker,
} from './broker-ground.ts';
import type { EngineHarness } from './engine-harness.ts';
import { EngineOutage, triesWithin } from './engine-outage.ts';
import { aNewEpoch } from './epoch-ledger.contract.ts';

const EPOCH = EpochNumber(7);
const ALL = { allowList: [] };
const DRAINED = { allowList: [], allowNewJobs: false };
/** For what is not to be held: a suite's time limit would end before it. */
const FOR_EVER_MS = 3_600_000;
/** How much faster than Aztec's command line the clients of these suites try again. */
const HASTE = 200;
const SILENT = createLogger('sweep', { logLevel: 'silent' });

/** What every broker survives over any engine, of official clients of 4.1.2 and of others. */
export function describeBrokerTroubleContract(engine: string, open: () => Promise<EngineHarness>): void {
  describe(`the broker in trouble over the engine ${engine}`, () => {
    let harness: EngineHarness;
    const cleanUps: (() => Promise<void>)[] = [];

    beforeEach(async () => {
      harness = await open();
      cleanUps.push(() => harness.close());
    });
    afterEach(async () => {
      for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
    });

    async function startBroker(options?: Partial<BrokerOptions>, over?: Engine): Promise<RunningBroker> {
      const broker = await startTestBroker(
        { ...harness, nowMs: () => harness.nowMs(), engine: over ?? harness.engine },
        { holdMs: 1_000, ...options },
      );
      cleanUps.push(() => broker.stop());
      return broker;
    }

    async function startFacade(node: ProvingJobBroker): Promise<OfficialFacade> {
      const facade = await newFacade(node);
      facade.start();
      cleanUps.push(() => facade.stop());
      return facade;
    }

    function startAgent(url: string, onProving?: () => Promise<void>): ProvingAgent {
      const agent = newOfficialAgent(clientOf(url), onProving && { onProving });
      agent.start();
      cleanUps.push(() => agent.stop());
      return agent;
    }

    /** A client as Aztec's command line makes it, from another address of this machine, that tries again sooner. */
    function hastyClient(url: string, localAddress = '127.0.0.1'): ProvingJobBroker {
      const connections = new Agent({ connections: 10, localAddress });
      cleanUps.push(() => connections.destroy());
      const pauses = BROKER_RETRY_SECONDS.map((seconds) => seconds / HASTE);
      return createProvingJobBrokerClient(url, {}, makeTracedFetch(pauses, false, makeUndiciFetch(connections)));
    }

    it.each([
      ['at two addresses', '127.0.0.2'],
      ['behind one address', '127.0.0.1'],
    ])('proves a job once that two nodes %s ask for, and gives both the proof', async (_where, second) => {
      const { url } = await startBroker();
      let provings = 0;
      const inputs = newInputs();
      const facades = [await startFacade(clientOf(url)), await startFacade(hastyClient(url, second))];
      const proofs = facades.map((facade) => facade.getBaseParityProof(inputs, undefined, EPOCH));
      startAgent(url, async () => void (provings += 1));
      for (const proof of proofs) expect((await proof).inputs).toEqual(PUBLIC_INPUTS);
      expect(provings).toBe(1);
    });

    it('keeps a job that one facade cancels while another behind its address waits for it', async () => {
      const { url, logged } = await startBroker();
      const inputs = newInputs();
      const gaveUp = new AbortController();
      const areEnqueued = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
      const [one, other] = await Promise.all(
        areEnqueued.map(({ resolve }) => startFacade(tellingOfEnqueue(clientOf(url), () => resolve(undefined)))),
      );
      const proofs = [
        one!.getBaseParityProof(inputs, gaveUp.signal, EPOCH),
        other!.getBaseParityProof(inputs, undefined, EPOCH),
      ];
      await Promise.all(areEnqueued.map(({ promise }) => promise));
      gaveUp.abort();
      await vi.waitUntil(() => logged().includes('another waits for'), { timeout: 500_000 });
      startAgent(url);
      for (const proof of proofs) expect((await proof).inputs).toEqual(PUBLIC_INPUTS);
    });

    it('keeps a job that one node cancels while another waits for it', async () => {
      const { url, logged } = await startBroker();
      const [one, other] = [hastyClient(url, '127.0.0.2'), hastyClient(url, '127.0.0.3')];
      const { bytes: _, ...job } = await aJob();
      await one.enqueueProvingJob(job);
      await other.enqueueProvingJob(job);
      await one.cancelProvingJob(job.id);
      await one.cancelProvingJob(job.id);
      expect(await other.getProvingJobStatus(job.id)).toEqual({ status: 'in-queue' });
      expect(logged()).toContain('another waits for');
      await other.cancelProvingJob(job.id);
      expect(await other.getProvingJobStatus(job.id)).toEqual({ status: 'rejected', reason: 'Aborted' });
    });

    it('proves a job that a prune cancelled in the middle and its node asks for again', async () => {
      const { url } = await startBroker();
      const inputs = newInputs();
      const proving = Promise.withResolvers<undefined>();
      const mayEnd = Promise.withResolvers<undefined>();
      const enqueued = Promise.withResolvers<undefined>();
      const pruned = new AbortController();
      const facade = await startFacade(tellingOfEnqueue(clientOf(url), () => enqueued.resolve(undefined)));
      const before = facade.getBaseParityProof(inputs, pruned.signal, EPOCH);
      startAgent(url, async () => {
        proving.resolve(undefined);
        await mayEnd.promise;
      });
      await Promise.all([proving.promise, enqueued.promise]);
      pruned.abort();
      await expect(before).rejects.toThrow();
      const after = facade.getBaseParityProof(inputs, undefined, EPOCH);
      mayEnd.resolve(undefined);
      expect((await after).inputs).toEqual(PUBLIC_INPUTS);
    });

    it('lets a node ask for a job again that it cancelled, though it polls before its enqueue arrives', async () => {
      const { url } = await startBroker();
      const node = clientOf(url);
      const polledTwice = Promise.withResolvers<undefined>();
      let [enqueues, polls] = [0, 0];
      const slow: ProvingJobBroker = new Proxy(node, {
        get(target, name) {
          if (name === 'enqueueProvingJob') {
            return async (job: Parameters<ProvingJobBroker['enqueueProvingJob']>[0]) => {
              enqueues += 1;
              if (enqueues === 2) await polledTwice.promise;
              return target.enqueueProvingJob(job);
            };
          }
          if (name !== 'getCompletedJobs') return Reflect.get(target, name) as unknown;
          return async (ids: Parameters<ProvingJobBroker['getCompletedJobs']>[0]) => {
            const completed = await target.getCompletedJobs(ids);
            if (enqueues === 2) polls += 1;
            // What the first of them said has been read by the second.
            if (polls === 2) polledTwice.resolve(undefined);
            return completed;
          };
        },
      });
      const enqueued = Promise.withResolvers<undefined>();
      const facade = await startFacade(tellingOfEnqueue(slow, () => enqueued.resolve(undefined)));
      const pruned = new AbortController();
      const inputs = newInputs();
      const before = facade.getBaseParityProof(inputs, pruned.signal, EPOCH);
      await enqueued.promise;
      pruned.abort();
      await expect(before).rejects.toThrow('Aborted');
      const after = facade.getBaseParityProof(inputs, undefined, EPOCH);
      startAgent(url);
      expect((await after).inputs).toEqual(PUBLIC_INPUTS);
    });

    it('gives an agent the same as before when the answer to its report was lost', async () => {
      const { url } = await startBroker();
      const node = clientOf(url);
      const [{ bytes: _one, ...job }, { bytes: _other, ...other }] = [await aJob(), await aJob()];
      await node.enqueueProvingJob(job);
      const proxy = await openAnswerLosingProxy(url);
      cleanUps.push(() => proxy.close());
      const agent = hastyClient(proxy.url);
      expect((await aLease(agent)).job.id).toBe(job.id);
      proxy.loseNext();
      await agent.reportProvingJobSuccess(job.id, aProof('one'), DRAINED);
      expect(await node.getProvingJobStatus(job.id)).toEqual({ status: 'fulfilled', value: aProof('one') });
      proxy.loseNext();
      await hastyClient(proxy.url).enqueueProvingJob(other);
      expect(await node.getProvingJobStatus(other.id)).toEqual({ status: 'in-queue' });
    });

    it('gives the job of an answer that was lost to an agent once its lease ends', async () => {
      const { url } = await startBroker();
      const { bytes: _, ...job } = await aJob();
      await clientOf(url).enqueueProvingJob(job);
      const proxy = await openAnswerLosingProxy(url);
      cleanUps.push(() => proxy.close());
      proxy.loseNext();
      await expect(raw(proxy.url, 'getProvingJob', [ALL])).rejects.toThrow();
      await harness.elapse(harness.leaseSeconds + 1);
      expect((await aLease(clientOf(url))).job.id).toBe(job.id);
    });

    it('gives a job back at no cost whose agent goes while it is claimed', async () => {
      const claiming = Promise.withResolvers<undefined>();
      const mayClaim = Promise.withResolvers<undefined>();
      const slow = interceptCalls(harness.engine, 'jobs', 'claim', async (call) => {
        claiming.resolve(undefined);
        await mayClaim.promise;
        return call();
      });
      const { url } = await startBroker({}, slow);
      const { bytes: _, ...job } = await aJob();
      await clientOf(url).enqueueProvingJob(job);
      const gone = new AbortController();
      const vanished = raw(url, 'getProvingJob', [ALL], gone.signal).catch(() => undefined);
      await claiming.promise;
      gone.abort();
      await vanished;
      mayClaim.resolve(undefined);
      expect((await aLease(clientOf(url))).job.id).toBe(job.id);
      const record = await harness.engine.jobs.find(jobIdOf(job.id));
      expect(record?.attempts).toMatchObject({ 'lost-agent': 0, failure: 0 });
    });

    it('holds no call that others of its request wait for', async () => {
      const { url } = await startBroker({ holdMs: FOR_EVER_MS });
      const calls = ['getProvingJob', 'getCompletedJobs'].map((method, id) => ({
        jsonrpc: '2.0',
        id,
        method: `proverBroker_${method}`,
        params: method === 'getCompletedJobs' ? [[]] : [ALL],
      }));
      const response = await fetch(url, { method: 'POST', body: JSON.stringify(calls) });
      expect(await response.json()).toMatchObject([{ result: null }, { result: [] }]);
    });

    it('keeps jobs from a client whose agents take them and never report, and gives them to others', async () => {
      const { url, logged } = await startBroker();
      const node = clientOf(url);
      const jobs = await Promise.all(Array.from({ length: 4 }, () => aJob()));
      for (const { bytes: _, ...job } of jobs) await node.enqueueProvingJob(job);
      const ofOtherVersion = hastyClient(url, '127.0.0.3');
      for (let polls = 0; polls < 3; polls++) await aLease(ofOtherVersion);
      await harness.elapse(harness.leaseSeconds + 1);
      expect(await ofOtherVersion.getProvingJob(ALL)).toBeUndefined();
      const leases = await Promise.all(jobs.map(() => aLease(hastyClient(url, '127.0.0.4'))));
      expect(leases.map(({ job }) => job.id).toSorted()).toEqual(jobs.map(({ id }) => id).toSorted());
      expect(logged()).toContain('report on none of them');
      const incidents = await harness.engine.incidents.latest(10);
      expect(incidents).toMatchObject([{ kind: 'failing-agent', subject: '127.0.0.3' }]);
    });

    it('lets the others work while hostile clients call, and reports these', async () => {
      const { url, logged } = await startBroker({ maxBodyBytes: 2 ** 20 });
      const hostile: (() => Promise<Response>)[] = [
        () => fetch(url, { method: 'POST', body: 'secret witness {' }),
        () => fetch(url, { method: 'POST', body: Buffer.alloc(2 ** 21) }),
        () => fetch(url, { method: 'POST', body: 'secret', headers: { 'content-encoding': 'gzip' } }),
        () => raw(url, 'enqueueProvingJob', [{ id: '../../etc', type: 1, epochNumber: 1, inputsUri: 'data:,secret' }]),
        () => raw(url, 'enqueueProvingJob', ['secret']),
        () => raw(url, 'getCompletedJobs', [Array.from({ length: 9 }, () => '7:SECRET:zz')]),
        () => raw(url, 'reportProvingJobSuccess', [`7:NOTHING:${'ab'.repeat(32)}`, 'data:,secret']),
        () => raw(url, 'reportProvingJobError', [`7:NOTHING:${'ab'.repeat(32)}`, 'secret'.repeat(9_999)]),
        () => raw(url, 'reportProvingJobProgress', [`7:NOTHING:${'ab'.repeat(32)}`, -1, DRAINED]),
      ];
      const isOver = { value: false };
      const attack = (async () => {
        while (!isOver.value) await Promise.allSettled(hostile.map((call) => call()));
      })();
      const facade = await startFacade(clientOf(url));
      startAgent(url);
      for (let proofs = 0; proofs < 3; proofs++) {
        expect((await facade.getBaseParityProof(newInputs(), undefined, EPOCH)).inputs).toEqual(PUBLIC_INPUTS);
      }
      isOver.value = true;
      await attack;
      expect(logged()).toContain('refused a request');
      expect(logged()).not.toContain('secret');
      // A client may still be sending its large body when the connection is closed.
      const responses = await Promise.allSettled(hostile.map((call) => call()));
      const statuses = responses.map((response) => (response.status === 'fulfilled' ? response.value.status : 413));
      expect(statuses.filter((status) => status >= 500)).toEqual([]);
    });

    it('fails calls for as long as the engine is out of reach, which clients of 4.1.2 survive for 25 s', async () => {
      const outage = new EngineOutage(harness.engine);
      const { url } = await startBroker({}, outage.engine);
      const node = hastyClient(url);
      const agent = hastyClient(url);
      const [{ bytes: _one, ...job }, { bytes: _other, ...other }] = [await aJob(), await aJob()];
      await node.enqueueProvingJob(job);
      await aLease(agent);
      const tries = triesWithin(25, BROKER_RETRY_SECONDS);
      expect(tries).toBe(10);
      for (const call of [
        () => node.enqueueProvingJob(other),
        () => node.getProvingJobStatus(job.id),
        () => node.getCompletedJobs([job.id]),
        () => agent.reportProvingJobSuccess(job.id, aProof('one'), DRAINED),
      ]) {
        outage.begin(tries);
        await call();
        expect(outage.isOver).toBe(true);
      }
      expect(await node.getProvingJobStatus(job.id)).toEqual({ status: 'fulfilled', value: aProof('one') });
      // The broker itself asks the queue again, ever more seldom.
      outage.begin(3);
      expect((await aLease(agent)).job.id).toBe(other.id);
      outage.begin(BROKER_RETRY_SECONDS.length + 1);
      await expect(node.getProvingJobStatus(job.id)).rejects.toThrow();
    });

    it('is not well while the engine is out of reach', async () => {
      const outage = new EngineOutage(harness.engine);
      const { url } = await startBroker({}, outage.engine);
      outage.begin(1);
      const status = await fetch(`${url}/status`);
      expect(status.status).toBe(500);
      expect(await status.json()).toMatchObject({
        ok: false,
        reason: expect.stringContaining('out of reach') as string,
      });
      expect((await fetch(`${url}/status`)).status).toBe(200);
    });

    it("sends an official node's job again whose message was lost after a native node's root was mined", async () => {
      const { epochs, jobs, queue } = harness.engine;
      const [{ bytes: _one, ...job }, { bytes: _other, ...other }] = [await aJob(), await aJob()];
      const id = epochIdOf(jobIdOf(job.id));
      const deadlineAtMs = harness.nowMs() + 3_600_000;
      const { rangeId } = await epochs.open({ ...aNewEpoch(), id, deadlineAtMs });
      const { url } = await startBroker();
      const node = clientOf(url);
      for (const asked of [job, other]) await node.enqueueProvingJob(asked);
      await epochs.advance(id, rangeId, 'proven');
      const sweep = (): Promise<number> =>
        sweepStrandedJobs({ epochs, jobs, queue, strandedSeconds: 60, nowMs: () => harness.nowMs(), log: SILENT });
      const loseMessages = async (): Promise<readonly string[]> => {
        const messages = [await claimMessage(queue), await claimMessage(queue)];
        for (const message of messages) await queue.complete(message);
        return messages.map(({ message }) => message.jobId).toSorted();
      };
      const lost = await loseMessages();
      expect(lost).toEqual([job, other].map((asked) => jobIdOf(asked.id)).toSorted());
      await harness.elapse(61);
      expect(await sweep()).toBe(2);
      expect(await loseMessages()).toEqual(lost);
      // Once the window has closed, nobody can use their proofs.
      await harness.elapse(3_600);
      expect(await sweep()).toBe(0);
      for (const asked of [job, other]) {
        expect(await node.getProvingJobStatus(asked.id)).toEqual({ status: 'rejected', reason: 'Aborted' });
      }
    });

    it('refuses a job of an epoch whose window has closed, for good', async () => {
      const { url } = await startBroker();
      const { bytes: _, ...job } = await aJob();
      await clientOf(url).enqueueProvingJob(job);
      const { deadlineAtMs } = (await harness.engine.epochs.latest(1))[0]!;
      await harness.elapse((deadlineAtMs - harness.nowMs()) / 1000 + 1);
      const { bytes: _late, ...late } = await aJob();
      expect(await resultOf(raw(url, 'enqueueProvingJob', [late]))).toMatchObject({
        code: -32702,
        message: expect.stringContaining('Epoch too old') as string,
      });
    });
  });
}

/** The job of an agent that asks until it has one, as it does. */
async function aLease(agent: ProvingJobBroker): Promise<GetProvingJobResponse> {
  return vi.waitUntil(() => agent.getProvingJob(ALL), { timeout: 500_000 });
}

/** The client; `onEnqueued` is called once its caller has acted on the answer to an enqueue: a facade hears no earlier abort. */
function tellingOfEnqueue(node: ProvingJobBroker, onEnqueued: () => void): ProvingJobBroker {
  return new Proxy(node, {
    get(target, name) {
      if (name !== 'enqueueProvingJob') return Reflect.get(target, name) as unknown;
      return async (job: Parameters<ProvingJobBroker['enqueueProvingJob']>[0]) => {
        const status = await target.enqueueProvingJob(job);
        setImmediate(onEnqueued);
        return status;
      };
    },
  });
}
