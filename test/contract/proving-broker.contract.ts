import { EpochNumber } from '@aztec/foundation/branded-types';
import type { ProvingJobBroker } from '@aztec/stdlib/interfaces/server';
import { ProvingRequestType } from '@aztec/stdlib/proofs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { BrokerOptions } from '../../containers/broker/run-broker.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import { AgentId } from '../../shared/ledger/job-ledger.ts';
import { inputsKey, outputsKey } from '../../shared/proof-store/proof-store.ts';
import { makeLineId } from '../../shared/proving-job/epoch-id.ts';
import { sha256Of } from '../../shared/proving-job/proving-job-id.ts';
import {
  aJob,
  aProof,
  clientOf,
  jobIdOf,
  newFacade,
  newInputs,
  newOfficialAgent,
  PUBLIC_INPUTS,
  raw,
  resultOf,
  type RunningBroker,
  startTestBroker,
  statusOf,
  TYPE,
} from './broker-ground.ts';
import type { EngineHarness } from './engine-harness.ts';

/** What every broker keeps over any engine, to official clients of 4.1.2. */
export function describeProvingBrokerContract(engine: string, open: () => Promise<EngineHarness>): void {
  describe(`the broker over the engine ${engine}`, () => {
    let harness: EngineHarness;
    const brokers: RunningBroker[] = [];
    let url: string;
    let node: ProvingJobBroker;
    let agent: ProvingJobBroker;

    async function startBroker(
      options?: Partial<BrokerOptions>,
      over: Engine = harness.engine,
    ): Promise<RunningBroker> {
      const broker = await startTestBroker({ ...harness, nowMs: () => harness.nowMs(), engine: over }, options);
      brokers.push(broker);
      return broker;
    }

    beforeEach(async () => {
      harness = await open();
      ({ url } = await startBroker());
      node = clientOf(url);
      agent = clientOf(url);
    });

    afterEach(async () => {
      await Promise.all(brokers.splice(0).map((broker) => broker.stop()));
      await harness.close();
    });

    it('takes a job once, and hands it out as it came', async () => {
      const { bytes, ...job } = await aJob();
      expect(await node.enqueueProvingJob(job)).toEqual({ status: 'not-found' });
      expect(await node.enqueueProvingJob(job)).toEqual({ status: 'in-queue' });
      const lease = await agent.getProvingJob({ allowList: [] });
      expect(lease?.job).toEqual(job);
      expect(await node.getProvingJobStatus(job.id)).toEqual({ status: 'in-progress' });
      const record = await harness.engine.jobs.find(jobIdOf(job.id));
      expect(record).toMatchObject({ wireType: TYPE, networkVersion: '4.1.2', lease: { claimedAtMs: lease?.time } });
      // As Aztec's file store would hold them, for agents of Coppice.
      const key = inputsKey('PARITY_BASE', jobIdOf(job.id));
      expect(record?.inputs).toEqual({ key, sha256: sha256Of(bytes), sizeBytes: bytes.length });
    });

    it('holds the call of an idle agent until there is a job', async () => {
      const waiting = agent.getProvingJob({ allowList: [] });
      const { bytes: _, ...job } = await aJob();
      await node.enqueueProvingJob(job);
      expect((await waiting)?.job.id).toBe(job.id);
    });

    it('returns the proof as it came, and the next job with it', async () => {
      const [first, second] = [await aJob(), await aJob()];
      await node.enqueueProvingJob(first);
      const lease = await agent.getProvingJob({ allowList: [] });
      await node.enqueueProvingJob(second);
      const next = await agent.reportProvingJobSuccess(lease!.job.id, aProof('one'), { allowList: [] });
      expect(next?.job.id).toBe(second.id);
      expect(await node.getProvingJobStatus(first.id)).toEqual({ status: 'fulfilled', value: aProof('one') });
      expect(await node.enqueueProvingJob(first)).toEqual({ status: 'fulfilled', value: aProof('one') });
      // Proven already: the answer to the first report was lost.
      expect(await resultOf(raw(url, 'reportProvingJobSuccess', [first.id, aProof('one')]))).toBeNull();
    });

    it('tells every node of a settled job, however often it asks', async () => {
      const job = await aJob();
      await node.enqueueProvingJob(job);
      await agent.getProvingJob({ allowList: [] });
      const waiting = [node.getCompletedJobs([]), clientOf(url).getCompletedJobs([])];
      await raw(url, 'reportProvingJobSuccess', [job.id, aProof('one'), { allowList: [], allowNewJobs: false }]);
      expect(await Promise.all(waiting)).toEqual([[job.id], [job.id]]);
      expect(await node.getCompletedJobs([])).toEqual([job.id]);
    });

    it('checks the jobs that a node names against the ledger, also after a restart', async () => {
      const [settled, open] = [await aJob(), await aJob()];
      await node.enqueueProvingJob(settled);
      await agent.getProvingJob({ allowList: [] });
      await raw(url, 'reportProvingJobSuccess', [settled.id, aProof('one'), { allowList: [], allowNewJobs: false }]);
      await node.enqueueProvingJob(open);
      const other = await startBroker();
      expect(await clientOf(other.url).getCompletedJobs([settled.id, open.id])).toEqual([settled.id]);
    });

    it('gives no job to two agents', async () => {
      const jobs = await Promise.all(Array.from({ length: 6 }, () => aJob()));
      const second = await startBroker();
      const leases = Array.from({ length: 8 }, (_, index) =>
        clientOf(index % 2 === 0 ? url : second.url).getProvingJob({ allowList: [] }),
      );
      await Promise.all(jobs.map((job) => node.enqueueProvingJob(job)));
      const got = await Promise.all(leases.slice(0, 8).map((lease) => Promise.race([lease, timeUp()])));
      const ids = got.flatMap((lease) => (typeof lease === 'object' ? [lease.job.id] : []));
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids.toSorted()).toEqual(jobs.map(({ id }) => id).toSorted());
      brokers.splice(brokers.indexOf(second), 1);
      await second.stop();
    });

    it('returns no job to an agent that reports progress', async () => {
      const [first, second] = [await aJob(), await aJob()];
      await node.enqueueProvingJob(first);
      const lease = (await agent.getProvingJob({ allowList: [] }))!;
      await node.enqueueProvingJob(second);
      expect(await agent.reportProvingJobProgress(lease.job.id, lease.time, { allowList: [] })).toBeUndefined();
    });

    it('keeps the lease of an agent that reports, beyond the time of one lease', async () => {
      const job = await aJob();
      await node.enqueueProvingJob(job);
      const lease = (await agent.getProvingJob({ allowList: [] }))!;
      for (let reports = 0; reports < 4; reports++) {
        await harness.elapse(harness.leaseSeconds / 2);
        expect(await agent.reportProvingJobProgress(job.id, lease.time, { allowList: [] })).toBeUndefined();
      }
      expect(await node.getProvingJobStatus(job.id)).toEqual({ status: 'in-progress' });
    });

    it('gives the job of an agent that vanished to another, and takes the proof of either', async () => {
      const job = await aJob();
      await node.enqueueProvingJob(job);
      await agent.getProvingJob({ allowList: [] });
      await harness.elapse(harness.leaseSeconds + 1);
      const again = await clientOf(url).getProvingJob({ allowList: [] });
      expect(again?.job.id).toBe(job.id);
      await raw(url, 'reportProvingJobSuccess', [job.id, aProof('late'), { allowList: [], allowNewJobs: false }]);
      expect(await node.getProvingJobStatus(job.id)).toEqual({ status: 'fulfilled', value: aProof('late') });
    });

    it('knows the lease of an agent again after a restart', async () => {
      const [first, second] = [await aJob(), await aJob()];
      await node.enqueueProvingJob(first);
      const lease = (await agent.getProvingJob({ allowList: [] }))!;
      await node.enqueueProvingJob(second);
      await brokers.pop()!.stop();
      const restarted = clientOf((await startBroker()).url);
      expect(await restarted.reportProvingJobProgress(first.id, lease.time, { allowList: [] })).toBeUndefined();
      const next = await restarted.reportProvingJobSuccess(first.id, aProof('one'), { allowList: [] });
      expect(next?.job.id).toBe(second.id);
      expect(await restarted.getProvingJobStatus(first.id)).toMatchObject({ status: 'fulfilled' });
      const record = await harness.engine.jobs.find(jobIdOf(first.id));
      expect(record).toMatchObject({ claimedAtMs: lease.time, attempts: { 'lost-agent': 0 } });
    });

    it('ends a cancelled job for its agent, and revives it when it is asked for again', async () => {
      const [cancelled, other] = [await aJob(), await aJob()];
      await node.enqueueProvingJob(cancelled);
      const lease = (await agent.getProvingJob({ allowList: [] }))!;
      await node.cancelProvingJob(cancelled.id);
      await node.cancelProvingJob(cancelled.id);
      expect(await node.getProvingJobStatus(cancelled.id)).toEqual({ status: 'rejected', reason: 'Aborted' });
      await node.enqueueProvingJob(other);
      await vi.waitUntil(
        async () =>
          (await agent.reportProvingJobProgress(cancelled.id, lease.time, { allowList: [] }))?.job.id === other.id,
        { timeout: 60_000 },
      );
      expect(await node.enqueueProvingJob(cancelled)).toEqual({ status: 'in-queue' });
      expect((await clientOf(url).getProvingJob({ allowList: [] }))?.job.id).toBe(cancelled.id);
    });

    it('keeps a job that fails until its budget is spent, whatever the agent says of another try', async () => {
      const job = await aJob();
      await node.enqueueProvingJob(job);
      for (let failures = 1; ; failures++) {
        const lease = await resultOf(raw(url, 'getProvingJob', [{ allowList: [] }]));
        expect(lease).toMatchObject({ job: { id: job.id } });
        const drained = { allowList: [], allowNewJobs: false };
        await raw(url, 'reportProvingJobError', [job.id, 'the prover crashed', false, drained]);
        const status = await node.getProvingJobStatus(job.id);
        if (status.status === 'rejected') {
          expect(status.reason).toContain('the prover crashed');
          expect(failures).toBeGreaterThan(2);
          return;
        }
        expect(status).toEqual({ status: 'in-queue' });
        // Beyond the pause of an agent whose jobs fail, and the delay of the job.
        await harness.elapse(1_000);
      }
    });

    it('gives an agent the circuits that it takes, and none to one that drains', async () => {
      const job = await aJob();
      await node.enqueueProvingJob(job);
      expect(await resultOf(raw(url, 'getProvingJob', [{ allowList: [], allowNewJobs: false }]))).toBeNull();
      expect(await resultOf(raw(url, 'getProvingJob', [{ allowList: [ProvingRequestType.ROOT_ROLLUP] }]))).toBeNull();
      await harness.elapse(10);
      expect((await agent.getProvingJob({ allowList: [TYPE] }))?.job.id).toBe(job.id);
    });

    it('refuses only the call that can never succeed', async () => {
      const job = await aJob();
      const calls = [
        { id: 1, method: 'proverBroker_getProvingJobStatus', params: ['no id'] },
        { id: 2, method: 'proverBroker_enqueueProvingJob', params: [job] },
        { id: 3, method: 'proverBroker_replayProvingJob', params: [job.id, TYPE, 7, job.inputsUri] },
        { id: 4, method: 'provingJobProducer_getProvingJobStatus', params: [job.id, 'more'] },
      ];
      const response = await fetch(url, { method: 'POST', body: JSON.stringify(calls) });
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject([
        { id: 1, error: { code: -32701 } },
        { id: 2, result: { status: 'not-found' } },
        { id: 3, error: { code: -32702 } },
        { id: 4, result: expect.anything() as unknown },
      ]);
      await expect(node.enqueueProvingJob({ ...job, type: ProvingRequestType.ROOT_ROLLUP })).rejects.toThrow(
        /two versions/,
      );
    });

    it('passes on circuits and numbers that nobody knows, and what is kept elsewhere', async () => {
      const { url: v6 } = await startBroker({ line: { networkVersion: '6.0.0', rollup: makeLineId('6.0.0') } });
      const id = `9:INBOX_PARITY:${'ab'.repeat(32)}`;
      const job = { id, type: 14, epochNumber: 9, inputsUri: 's3://inputs/INBOX_PARITY/x', somethingNew: 1 };
      expect(await resultOf(raw(v6, 'enqueueProvingJob', [job]))).toEqual({ status: 'not-found' });
      const { somethingNew: _, ...known } = job;
      expect(await resultOf(raw(v6, 'getProvingJob', [{ allowList: [14], more: true }]))).toMatchObject({ job: known });
      const drained = { allowList: [], allowNewJobs: false };
      await raw(v6, 'reportProvingJobSuccess', [id, 's3://outputs/INBOX_PARITY/x.json', drained]);
      const status = await resultOf(raw(v6, 'getProvingJobStatus', [id]));
      expect(status).toEqual({ status: 'fulfilled', value: 's3://outputs/INBOX_PARITY/x.json' });
      // The broker of the other version knows nothing of it.
      expect(await resultOf(raw(url, 'getProvingJobStatus', [id]))).toEqual({ status: 'not-found' });
    });

    it('reports a circuit that no catalogue knows, and takes its jobs', async () => {
      const id = `9:SOMETHING_NEW:${'cd'.repeat(32)}`;
      const job = { id, type: 99, epochNumber: 9, inputsUri: 's3://inputs/SOMETHING_NEW/x' };
      expect(await resultOf(raw(url, 'enqueueProvingJob', [job]))).toEqual({ status: 'not-found' });
      expect(await resultOf(raw(url, 'getProvingJob', [{ allowList: [] }]))).toMatchObject({ job });
      const incidents = await harness.engine.incidents.latest(10);
      expect(incidents.map(({ message }) => message).join()).toContain('SOMETHING_NEW');
    });

    it('has a job proven again whose proof the store has lost', async () => {
      const job = await aJob();
      await node.enqueueProvingJob(job);
      await agent.getProvingJob({ allowList: [] });
      await raw(url, 'reportProvingJobSuccess', [job.id, aProof('one'), { allowList: [], allowNewJobs: false }]);
      const { proof } = (await harness.engine.jobs.find(jobIdOf(job.id)))!;
      if (proof === undefined) throw new Error('the proof is not in the store');
      await harness.engine.proofs.quarantine(proof.key, 'test');
      expect(await node.getProvingJobStatus(job.id)).toEqual({ status: 'in-queue' });
      expect((await agent.getProvingJob({ allowList: [] }))?.job.id).toBe(job.id);
    });

    it('gives back at no cost what an agent claimed and did not get', async () => {
      const gone = new AbortController();
      const vanished = raw(url, 'getProvingJob', [{ allowList: [] }], gone.signal).catch(() => undefined);
      await vi.waitUntil(async () => (await statusOf(url)).agentsWaiting === 1, { timeout: 60_000 });
      gone.abort();
      await vanished;
      const job = await aJob();
      await node.enqueueProvingJob(job);
      expect((await agent.getProvingJob({ allowList: [] }))?.job.id).toBe(job.id);
      const record = await harness.engine.jobs.find(jobIdOf(job.id));
      expect(record?.attempts).toMatchObject({ 'lost-agent': 0, failure: 0 });
    });

    it('proves the job of another node with a proof that an agent of Coppice made, and the other way round', async () => {
      const job = await aJob();
      await node.enqueueProvingJob(job);
      const jobId = jobIdOf(job.id);
      const agentId = AgentId.parse('native');
      const claim = await harness.engine.jobs.claim(jobId, agentId, harness.leaseSeconds);
      if (claim.outcome !== 'claimed') throw new Error('not claimed');
      expect(Buffer.from(await harness.engine.proofs.get(claim.job.inputs))).toEqual(job.bytes);
      const json = JSON.stringify({ type: TYPE, result: 'native' });
      const proof = await harness.engine.proofs.put(outputsKey('PARITY_BASE', jobId), Buffer.from(json));
      const { claimedAtMs } = claim.lease;
      await harness.engine.jobs.markProven({ jobId, agentId, proof, provingMs: 1, claimedAtMs });
      expect(await node.getProvingJobStatus(job.id)).toEqual({ status: 'fulfilled', value: aProof('native') });
    });

    it('fails requests with 503 while the engine is out of reach', async () => {
      let isOut = true;
      const jobs = new Proxy(harness.engine.jobs, {
        get: (target, name) => {
          const own: unknown = Reflect.get(target, name, target);
          if (typeof own !== 'function') return own;
          return isOut ? () => Promise.reject(new Error('out of reach')) : (own.bind(target) as unknown);
        },
      });
      const { url: shaky, logged } = await startBroker({}, { ...harness.engine, jobs });
      const job = await aJob();
      const response = await raw(shaky, 'enqueueProvingJob', [job]);
      expect(response.status).toBe(503);
      expect(logged()).not.toContain('charset=utf-8');
      isOut = false;
      expect(await clientOf(shaky).enqueueProvingJob(job)).toEqual({ status: 'not-found' });
    });

    it("proves a job of Aztec's facade with Aztec's agent", async () => {
      const official = newOfficialAgent(agent);
      const facade = await newFacade(node);
      facade.start();
      official.start();
      try {
        const proven = await facade.getBaseParityProof(newInputs(), undefined, EpochNumber(7));
        expect(proven.inputs).toEqual(PUBLIC_INPUTS);
        const agents = await harness.engine.agents.seenWithin(1_000);
        expect(agents.filter(({ jobsProven }) => jobsProven > 0)).toMatchObject([{ networkVersion: '4.1.2' }]);
      } finally {
        await official.stop();
        await facade.stop();
      }
    });

    it('shows what it does', async () => {
      const job = await aJob();
      await node.enqueueProvingJob(job);
      expect(await statusOf(url)).toMatchObject({ ok: true, networkVersion: '4.1.2', agents: 0, nodesWaiting: 0 });
      const response = await raw(url, 'getProvingJobStatus', [job.id]);
      expect(response.headers.get('x-aztec-packageVersion')).toBe('4.1.2');
    });
  });
}

/** For an answer that must not come: long enough for a wrong one. */
async function timeUp(): Promise<'time is up'> {
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  return 'time is up';
}
