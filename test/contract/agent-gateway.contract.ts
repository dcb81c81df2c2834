import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { EpochNumber } from '@aztec/foundation/branded-types';
import type { ProvingJobBroker } from '@aztec/stdlib/interfaces/server';
import { ProvingRequestType } from '@aztec/stdlib/proofs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { POLLING_POLICIES } from '../../containers/agent/job/polling-policy.ts';
import { type GatewayOptions, runGateway } from '../../containers/gateway/run-gateway.ts';
import { AgentId, type JobRecord, NO_ATTEMPTS } from '../../shared/ledger/job-ledger.ts';
import { Pool } from '../../shared/proving-job/circuit-family.ts';
import { makeRollupId } from '../../shared/proving-job/epoch-id.ts';
import { epochIdOf, ProvingJobId } from '../../shared/proving-job/proving-job-id.ts';
import { createLogger } from '../../shared/telemetry/logger.ts';
import { EmfMetrics } from '../../shared/telemetry/emf-metrics.ts';
import { AgentPort } from '../fixtures/agent-port.ts';
import {
  aJob,
  aProof,
  clientOf,
  newFacade,
  newInputs,
  newOfficialAgent,
  PUBLIC_INPUTS,
  raw,
  resultOf,
  type RunningBroker,
  startTestBroker,
} from './broker-ground.ts';
import type { EngineHarness } from './engine-harness.ts';

/** The node's broker knows it from L1; a gateway learns it from the jobs. */
const LINE = { networkVersion: '4.1.2', rollup: makeRollupId(1, `0x${'ab'.repeat(20)}`) };
const ALL = { allowList: [] };
const DRAINED = { allowList: [], allowNewJobs: false };
const PATIENCE = { timeout: 300_000 };
const NO_PREFETCH = { keepMs: false } as const;

interface RunningGateway {
  readonly url: string;
  readonly logged: () => string;
  readonly measured: () => string;
  /** Sends it SIGTERM. */
  terminate(): void;
  readonly ended: Promise<void>;
}

type WireJob = Awaited<ReturnType<typeof aJob>>;
type WireLease = NonNullable<Awaited<ReturnType<ProvingJobBroker['getProvingJob']>>>;

/** What every gateway keeps over any engine, to an official agent of 4.1.2. */
export function describeAgentGatewayContract(
  engine: string,
  open: () => Promise<EngineHarness>,
  /** How long a call is held at least that is to find a job which is there, in milliseconds. */
  briefMs: number,
): void {
  describe(`the gateway over the engine ${engine}`, () => {
    let harness: EngineHarness;
    let broker: RunningBroker;
    let node: ProvingJobBroker;
    let port: AgentPort;
    const gateways: RunningGateway[] = [];

    async function startGateway(options: Partial<GatewayOptions> = {}): Promise<RunningGateway> {
      const lines: string[] = [];
      const measured: string[] = [];
      const stopped = new AbortController();
      const listening = Promise.withResolvers<number>();
      const ended = runGateway(
        {
          agentId: AgentId.parse(`gateway-${gateways.length + 1}`),
          pools: Pool.options,
          networkVersion: '4.1.2',
          leaseSeconds: harness.leaseSeconds,
          // A slow machine must not end a call that is to find a job.
          holdMs: 600_000,
          claimSeconds: 1,
          polling: POLLING_POLICIES.embedded,
          keepMs: 600_000,
          port: 0,
          agentUrl: port.url,
          maxBodyBytes: 64 * 2 ** 20,
          maxCalls: 100,
          clientTimeoutMs: 60_000,
          drainSeconds: 60,
          ecsAgentUri: undefined,
          ...options,
        },
        {
          engine: harness.engine,
          metrics: new EmfMetrics('test', { nowMs: () => 0, write: (line) => measured.push(line) }),
          log: createLogger('gateway', { logLevel: 'trace', format: 'json', write: (line) => lines.push(line) }),
          signal: stopped.signal,
          nowMs: () => harness.nowMs(),
          onListening: listening.resolve,
        },
      );
      ended.catch(listening.reject);
      const gateway = {
        url: `http://127.0.0.1:${await listening.promise}`,
        logged: () => lines.join(''),
        measured: () => measured.join(''),
        terminate: () => stopped.abort(),
        ended,
      };
      gateways.push(gateway);
      return gateway;
    }

    beforeEach(async () => {
      harness = await open();
      port = new AgentPort();
      await port.start();
      broker = await startTestBroker({ ...harness, nowMs: () => harness.nowMs() }, { line: LINE });
      node = clientOf(broker.url);
    });

    afterEach(async () => {
      // An agent that has gone keeps no gateway.
      await port.stop();
      for (const gateway of gateways) gateway.terminate();
      await Promise.all(gateways.splice(0).map(({ ended }) => ended));
      await broker.stop();
      await harness.close();
    });

    async function enqueue(epoch?: number): Promise<Omit<WireJob, 'bytes'>> {
      const { bytes: _, ...job } = await aJob(epoch);
      await node.enqueueProvingJob(job);
      return job;
    }

    async function recordOf({ id }: Pick<WireJob, 'id'>): Promise<JobRecord | undefined> {
      return harness.engine.jobs.find(ProvingJobId.parse(`${LINE.rollup}:${id}`));
    }

    async function untilWaiting({ url }: RunningGateway): Promise<void> {
      const isWaiting = async (): Promise<boolean> => {
        const status = (await (await fetch(`${url}/status`)).json()) as { readonly isWaiting: boolean };
        return status.isWaiting;
      };
      await vi.waitUntil(isWaiting, PATIENCE);
    }

    /** As an idle agent, which asks until it gets one. */
    async function nextJob({ url }: Pick<RunningGateway, 'url'>): Promise<WireLease> {
      for (;;) {
        const lease = await clientOf(url).getProvingJob(ALL);
        if (lease !== undefined) return lease;
        // What an agent turned away is back after a while.
        await harness.elapse(1);
      }
    }

    it("proves a job of Aztec's facade with Aztec's agent, which is then in the registry", async () => {
      const { url } = await startGateway({ holdMs: briefMs });
      const agent = newOfficialAgent(clientOf(url));
      const facade = await newFacade(node);
      facade.start();
      agent.start();
      try {
        const proven = await facade.getBaseParityProof(newInputs(), undefined, EpochNumber(7));
        expect(proven.inputs).toEqual(PUBLIC_INPUTS);
        await vi.waitUntil(
          async () => (await harness.engine.agents.seenWithin(1_000)).some(({ jobsProven }) => jobsProven === 1),
          PATIENCE,
        );
        const agents = await harness.engine.agents.seenWithin(1_000);
        expect(agents).toMatchObject([{ agentId: 'gateway-1', networkVersion: '4.1.2', pools: Pool.options }]);
      } finally {
        await agent.stop();
        await facade.stop();
      }
    });

    it('holds the call of an idle agent until there is a job, and ends it when it stops', async () => {
      const gateway = await startGateway();
      const waiting = clientOf(gateway.url).getProvingJob(ALL);
      const job = await enqueue();
      const lease = await waiting;
      expect(lease?.job).toEqual(job);
      await raw(gateway.url, 'reportProvingJobSuccess', [job.id, aProof('one'), DRAINED]);
      const held = clientOf(gateway.url).getProvingJob(ALL);
      await untilWaiting(gateway);
      gateway.terminate();
      expect(await held).toBeUndefined();
      await gateway.ended;
    });

    it('gives the same lease again to an agent that did not get the answer', async () => {
      const { url } = await startGateway();
      const jobs = [await enqueue(), await enqueue()];
      const first = await nextJob({ url });
      const again = await clientOf(url).getProvingJob(ALL);
      expect(again).toEqual(first);
      const other = jobs.find(({ id }) => id !== first.job.id)!;
      expect(await node.getProvingJobStatus(other.id)).toEqual({ status: 'in-queue' });
      // The answer to a success has the next job, and is lost as well.
      const next = await resultOf(raw(url, 'reportProvingJobSuccess', [first.job.id, aProof('one'), ALL]));
      expect(next).toMatchObject({ job: { id: other.id } });
      expect(await resultOf(raw(url, 'reportProvingJobSuccess', [first.job.id, aProof('one'), ALL]))).toEqual(next);
      expect(await clientOf(url).reportProvingJobProgress(other.id, (next as { time: number }).time, ALL)).toBe(
        undefined,
      );
      expect(await recordOf(other)).toMatchObject({ state: 'leased', attempts: NO_ATTEMPTS });
    });

    it('gives a job back at no cost that the agent could not be sent', async () => {
      const gateway = await startGateway();
      const gone = new AbortController();
      const vanished = raw(gateway.url, 'getProvingJob', [ALL], gone.signal).catch(() => undefined);
      await untilWaiting(gateway);
      gone.abort();
      await vanished;
      const job = await enqueue();
      expect((await nextJob(await startGateway())).job.id).toBe(job.id);
      expect(await recordOf(job)).toMatchObject({ attempts: NO_ATTEMPTS });
    });

    it('counts the job as lost of an agent that was restarted while it proved', async () => {
      const { url } = await startGateway(NO_PREFETCH);
      const jobs = [await enqueue(), await enqueue()];
      const lease = await nextJob({ url });
      await clientOf(url).reportProvingJobProgress(lease.job.id, lease.time, ALL);
      const next = await nextJob({ url });
      expect(next.job.id).toBe(jobs.find(({ id }) => id !== lease.job.id)?.id);
      expect(await recordOf(lease.job)).toMatchObject({ state: 'queued', attempts: { 'lost-agent': 1 } });
    });

    it('gives a second loop of its agent no job, and says so', async () => {
      const { url, logged } = await startGateway({ ...NO_PREFETCH, holdMs: briefMs });
      const jobs = [await enqueue(), await enqueue()];
      const lease = await nextJob({ url });
      await clientOf(url).reportProvingJobProgress(lease.job.id, lease.time, ALL);
      port.jobId = lease.job.id;
      expect(await clientOf(url).getProvingJob(ALL)).toBeUndefined();
      expect(logged()).toContain('PROVER_AGENT_COUNT=1');
      expect(await recordOf(lease.job)).toMatchObject({ state: 'leased', attempts: NO_ATTEMPTS });
      expect(await recordOf(jobs.find(({ id }) => id !== lease.job.id)!)).toMatchObject({ state: 'queued' });
    });

    it('has the next job ready, with its inputs, when the agent reports a success', async () => {
      const { url } = await startGateway();
      const agent = clientOf(url);
      const first = await enqueue();
      await nextJob({ url });
      const second = await enqueue();
      // How long a proof takes is known from here on.
      expect((await agent.reportProvingJobSuccess(first.id, aProof('one'), ALL))?.job.id).toBe(second.id);
      const proofs = vi.spyOn(harness.engine.proofs, 'get');
      const third = await enqueue();
      await vi.waitUntil(() => proofs.mock.calls.length === 1, PATIENCE);
      // The ledger knows nothing of it: a gateway that is killed costs the job no attempt.
      expect(await recordOf(third)).toMatchObject({ state: 'queued' });
      await harness.elapse(2);
      const next = await agent.reportProvingJobSuccess(second.id, aProof('two'), ALL);
      expect(next?.job).toEqual(third);
      expect(proofs).toHaveBeenCalledOnce();
      expect(await node.getProvingJobStatus(second.id)).toEqual({ status: 'fulfilled', value: aProof('two') });
      // The time it waited for the agent does not count towards its proof.
      await harness.elapse(1);
      await raw(url, 'reportProvingJobSuccess', [third.id, aProof('three'), DRAINED]);
      expect((await recordOf(third))?.provingMs).toBe(1_000);
    });

    it('gives an agent that drains no job, and the one that was ready for it to another', async () => {
      const { url } = await startGateway({ keepMs: 1_000 });
      const agent = clientOf(url);
      const first = await enqueue();
      await nextJob({ url });
      const second = await enqueue();
      const lease = (await agent.reportProvingJobSuccess(first.id, aProof('one'), ALL))!;
      const proofs = vi.spyOn(harness.engine.proofs, 'get');
      const third = await enqueue();
      await vi.waitUntil(() => proofs.mock.calls.length === 1, PATIENCE);
      expect(await resultOf(raw(url, 'reportProvingJobProgress', [second.id, lease.time, DRAINED]))).toBeNull();
      expect(await resultOf(raw(url, 'reportProvingJobSuccess', [second.id, aProof('two'), DRAINED]))).toBeNull();
      expect(await resultOf(raw(url, 'getProvingJob', [DRAINED]))).toBeNull();
      expect((await nextJob(await startGateway({ ...NO_PREFETCH, holdMs: briefMs }))).job.id).toBe(third.id);
      expect(await recordOf(third)).toMatchObject({ attempts: NO_ATTEMPTS });
    });

    it('gives an agent the circuits that it takes', async () => {
      const { url } = await startGateway({ holdMs: briefMs });
      const job = await enqueue();
      expect(await clientOf(url).getProvingJob({ allowList: [ProvingRequestType.ROOT_ROLLUP] })).toBeUndefined();
      await harness.elapse(10);
      const wanted = async (): Promise<unknown> => clientOf(url).getProvingJob({ allowList: [job.type] });
      await expect.poll(wanted, PATIENCE).toMatchObject({ job: { id: job.id } });
    });

    it('gives no job to the agents of two gateways', async () => {
      const [one, other] = [await startGateway({ holdMs: briefMs }), await startGateway({ holdMs: briefMs })];
      const job = await enqueue();
      let leases: WireLease[] = [];
      while (leases.length === 0) {
        const answers = await Promise.all([one, other].map(({ url }) => clientOf(url).getProvingJob(ALL)));
        leases = answers.filter((lease) => lease !== undefined);
      }
      expect(leases.map((lease) => lease.job.id)).toEqual([job.id]);
    });

    it('keeps the lease of an agent that reports, and knows it again after a restart', async () => {
      const first = await startGateway(NO_PREFETCH);
      const job = await enqueue();
      const lease = await nextJob(first);
      await harness.elapse(harness.leaseSeconds / 2);
      expect(await clientOf(first.url).reportProvingJobProgress(job.id, lease.time, ALL)).toBeUndefined();
      // Another that knows nothing of it: what the first one knew is lost.
      const { url } = await startGateway({ ...NO_PREFETCH, agentId: AgentId.parse('gateway-1') });
      for (let reports = 0; reports < 3; reports++) {
        await harness.elapse(harness.leaseSeconds / 2);
        expect(await clientOf(url).reportProvingJobProgress(job.id, lease.time, ALL)).toBeUndefined();
      }
      await raw(url, 'reportProvingJobSuccess', [job.id, aProof('one'), DRAINED]);
      expect(await node.getProvingJobStatus(job.id)).toMatchObject({ status: 'fulfilled' });
      expect(await recordOf(job)).toMatchObject({ claimedAtMs: lease.time, attempts: NO_ATTEMPTS });
    });

    it('lets the job of an agent that vanished go to another, and takes the proof of either', async () => {
      const { url, logged } = await startGateway(NO_PREFETCH);
      const job = await enqueue();
      const lease = await nextJob({ url });
      await clientOf(url).reportProvingJobProgress(job.id, lease.time, ALL);
      await harness.elapse(harness.leaseSeconds + 1);
      await vi.waitUntil(() => logged().includes('no longer reports'), PATIENCE);
      const other = await startGateway(NO_PREFETCH);
      expect((await nextJob(other)).job.id).toBe(job.id);
      expect(await recordOf(job)).toMatchObject({ attempts: { 'lost-agent': 1 } });
      await raw(url, 'reportProvingJobSuccess', [job.id, aProof('late'), DRAINED]);
      expect(await node.getProvingJobStatus(job.id)).toEqual({ status: 'fulfilled', value: aProof('late') });
    });

    it('ends a cancelled job for its agent', async () => {
      const { url } = await startGateway(NO_PREFETCH);
      const cancelled = await enqueue();
      const lease = await nextJob({ url });
      await node.cancelProvingJob(cancelled.id);
      const other = await enqueue();
      // The next report extends the lease.
      await harness.elapse(harness.leaseSeconds / 2);
      await vi.waitUntil(
        async () => (await clientOf(url).reportProvingJobProgress(cancelled.id, lease.time, ALL))?.job.id === other.id,
        PATIENCE,
      );
    });

    it('leaves a job that failed here to agents that it has not failed on', async () => {
      const [one, other] = [
        await startGateway({ ...NO_PREFETCH, holdMs: briefMs }),
        await startGateway({ ...NO_PREFETCH, holdMs: briefMs }),
      ];
      await vi.waitUntil(
        async () =>
          (await harness.engine.agents.seenWithin(1_000)).filter(({ state }) => state === 'idle').length === 2,
        PATIENCE,
      );
      const job = await enqueue();
      await nextJob(one);
      await raw(one.url, 'reportProvingJobError', [job.id, 'the prover crashed', false, ALL]);
      await harness.elapse(5);
      expect(await clientOf(one.url).getProvingJob(ALL)).toBeUndefined();
      await harness.elapse(5);
      expect((await nextJob(other)).job.id).toBe(job.id);
    });

    it('gives its agent a job that the version before it has left, once the broker has taken its epoch over', async () => {
      const left = await enqueue();
      const patched = { ...LINE, networkVersion: '4.1.3' };
      port.version = patched.networkVersion;
      const gateway = await startGateway({ ...NO_PREFETCH, holdMs: briefMs, networkVersion: patched.networkVersion });
      await vi.waitUntil(async () => {
        expect(await clientOf(gateway.url).getProvingJob(ALL)).toBeUndefined();
        return gateway.logged().includes('left a job of version 4.1.2');
      }, PATIENCE);
      await broker.stop();
      broker = await startTestBroker({ ...harness, nowMs: () => harness.nowMs() }, { line: patched });
      const epochId = epochIdOf(ProvingJobId.parse(`${LINE.rollup}:${left.id}`));
      await vi.waitUntil(
        async () => (await harness.engine.epochs.find(epochId))?.networkVersion === patched.networkVersion,
        PATIENCE,
      );
      // What the gateway has read of the epoch, and how long it has turned the job away.
      await harness.elapse(20);
      expect((await nextJob(gateway)).job.id).toBe(left.id);
      expect(await recordOf(left)).toMatchObject({ networkVersion: '4.1.2', attempts: NO_ATTEMPTS });
    });

    describe('when it is stopped', () => {
      it('lets the agent finish its job', async () => {
        const gateway = await startGateway();
        const job = await enqueue();
        const lease = await nextJob(gateway);
        await enqueue();
        gateway.terminate();
        expect(await clientOf(gateway.url).reportProvingJobProgress(job.id, lease.time, ALL)).toBeUndefined();
        expect(await clientOf(gateway.url).reportProvingJobSuccess(job.id, aProof('one'), ALL)).toBeUndefined();
        await gateway.ended;
        expect(await node.getProvingJobStatus(job.id)).toMatchObject({ status: 'fulfilled' });
        const agents = await harness.engine.agents.seenWithin(1_000);
        expect(agents).toMatchObject([{ agentId: 'gateway-1', state: 'stopped', jobsProven: 1 }]);
      });

      it('gives back at once what cannot be done in time, and still takes its proof', async () => {
        const gateway = await startGateway(NO_PREFETCH);
        const agent = clientOf(gateway.url);
        const first = await enqueue();
        await nextJob(gateway);
        await harness.elapse(harness.leaseSeconds - 1);
        await agent.reportProvingJobProgress(first.id, harness.nowMs(), ALL);
        await harness.elapse(harness.leaseSeconds - 1);
        await raw(gateway.url, 'reportProvingJobSuccess', [first.id, aProof('one'), DRAINED]);

        const second = await enqueue();
        const lease = await nextJob(gateway);
        gateway.terminate();
        await vi.waitUntil(async () => (await recordOf(second))?.state === 'queued', PATIENCE);
        expect(await agent.reportProvingJobProgress(second.id, lease.time, ALL)).toBeUndefined();
        expect(await recordOf(second)).toMatchObject({ state: 'queued', attempts: NO_ATTEMPTS });
        expect(await agent.reportProvingJobSuccess(second.id, aProof('two'), ALL)).toBeUndefined();
        await gateway.ended;
        expect(await node.getProvingJobStatus(second.id)).toEqual({ status: 'fulfilled', value: aProof('two') });
      });

      it('gives back at the end of its time what the agent has not finished', async () => {
        const gateway = await startGateway({ ...NO_PREFETCH, drainSeconds: 2 });
        const job = await enqueue();
        const lease = await nextJob(gateway);
        await clientOf(gateway.url).reportProvingJobProgress(job.id, lease.time, ALL);
        gateway.terminate();
        await gateway.ended;
        expect(await recordOf(job)).toMatchObject({ state: 'queued', attempts: NO_ATTEMPTS });
      });

      it('gives the job back at no cost whose agent was stopped first', async () => {
        const gateway = await startGateway({ ...NO_PREFETCH, drainSeconds: 3_600 });
        const job = await enqueue();
        const lease = await nextJob(gateway);
        await clientOf(gateway.url).reportProvingJobProgress(job.id, lease.time, ALL);
        await port.stop();
        gateway.terminate();
        await gateway.ended;
        expect(await recordOf(job)).toMatchObject({ state: 'queued', attempts: NO_ATTEMPTS });
      });
    });

    describe('checks its agent', () => {
      it('gives no job to one of another version, and says so', async () => {
        port.version = '5.2.0';
        const { url, logged, measured } = await startGateway({ holdMs: briefMs });
        const job = await enqueue();
        expect(await clientOf(url).getProvingJob(ALL)).toBeUndefined();
        expect(await recordOf(job)).toMatchObject({ state: 'queued' });
        await vi.waitUntil(() => measured().includes('"trouble":"version-mismatch"'), PATIENCE);
        await vi.waitUntil(() => logged().includes('is of Aztec 5.2.0, and this gateway serves 4.1.2'), PATIENCE);
        await vi.waitUntil(async () => (await harness.engine.incidents.latest(5)).length > 0, PATIENCE);
        await vi.waitUntil(
          async () => (await harness.engine.agents.seenWithin(1_000))[0]?.note?.includes('5.2.0'),
          PATIENCE,
        );
        expect(await harness.engine.agents.seenWithin(1_000)).toMatchObject([{ state: 'starting' }]);

        port.version = '4.1.2';
        expect((await nextJob({ url })).job.id).toBe(job.id);
      });

      it('gives no job to one that it cannot reach, and says so', async () => {
        await port.stop();
        const { url, logged } = await startGateway({ holdMs: briefMs });
        const job = await enqueue();
        expect(await clientOf(url).getProvingJob(ALL)).toBeUndefined();
        await vi.waitUntil(() => logged().includes('is out of reach'), PATIENCE);
        expect(logged()).toContain('COPPICE_GATEWAY_AGENT_URL');
        expect(await (await fetch(`${url}/status`)).json()).toMatchObject({
          ok: true,
          warning: expect.stringContaining('is out of reach') as unknown,
        });

        await port.start();
        expect((await nextJob({ url })).job.id).toBe(job.id);
        await vi.waitUntil(
          async () => (await harness.engine.agents.seenWithin(1_000))[0]?.state === 'proving',
          PATIENCE,
        );
      });

      it('takes the word of the operator for one that does not say its version', async () => {
        port.version = undefined;
        const { url, logged } = await startGateway();
        const job = await enqueue();
        expect((await nextJob({ url })).job.id).toBe(job.id);
        expect(logged()).toContain('does not say its version');
      });
    });

    describe('as a task of ECS', () => {
      const asked: boolean[] = [];
      let ecs: Server;
      let ecsAgentUri: string;
      /** Refuses to protect the task any longer, since a deployment waits for it. */
      let isBlocked: boolean;

      beforeEach(async () => {
        asked.length = 0;
        isBlocked = false;
        ecs = createServer((request, response) => {
          void request.toArray().then((chunks: Buffer[]) => {
            const { ProtectionEnabled } = JSON.parse(Buffer.concat(chunks).toString()) as {
              ProtectionEnabled: boolean;
            };
            asked.push(ProtectionEnabled);
            const isRefused = isBlocked && ProtectionEnabled;
            const failure = { failure: { Reason: 'DEPLOYMENT_BLOCKED' } };
            response.end(JSON.stringify(isRefused ? failure : { protection: { ProtectionEnabled } }));
          });
        }).listen(0, '127.0.0.1');
        await once(ecs, 'listening');
        ecsAgentUri = `http://127.0.0.1:${(ecs.address() as AddressInfo).port}`;
      });

      afterEach(() => {
        ecs.closeAllConnections();
        ecs.close();
      });

      it('protects the task while the agent has a job', async () => {
        const { url } = await startGateway({ ecsAgentUri, holdMs: briefMs });
        const job = await enqueue();
        await nextJob({ url });
        await vi.waitUntil(() => asked.length === 1, PATIENCE);
        await clientOf(url).reportProvingJobSuccess(job.id, aProof('one'), ALL);
        await vi.waitUntil(() => asked.length === 2, PATIENCE);
        expect(asked).toEqual([true, false]);
      });

      it('counts the job as lost of an agent that ended before the task was stopped', async () => {
        const gateway = await startGateway({ ...NO_PREFETCH, ecsAgentUri, drainSeconds: 3_600 });
        const job = await enqueue();
        const lease = await nextJob(gateway);
        await clientOf(gateway.url).reportProvingJobProgress(job.id, lease.time, ALL);
        await port.stop();
        gateway.terminate();
        await gateway.ended;
        expect(await recordOf(job)).toMatchObject({ state: 'queued', attempts: { 'lost-agent': 1 } });
      });

      it('gives the agent no further job when a deployment waits for it, so that ECS can stop the task', async () => {
        const { url, proven } = await untilBlocked(3_600_000);
        const next = await enqueue();
        expect(await clientOf(url).reportProvingJobSuccess(proven, aProof('one'), ALL)).toBeUndefined();
        expect(await clientOf(url).getProvingJob(ALL)).toBeUndefined();
        await vi.waitUntil(() => asked.at(-1) === false, PATIENCE);
        expect(await recordOf(next)).toMatchObject({ state: 'queued', attempts: NO_ATTEMPTS });
      });

      it('gives the agent jobs again when ECS has not stopped the task', async () => {
        const { url, proven } = await untilBlocked(1);
        const next = await enqueue();
        await clientOf(url).reportProvingJobSuccess(proven, aProof('one'), ALL);
        isBlocked = false;
        expect((await nextJob({ url })).job.id).toBe(next.id);
      });

      /** A gateway whose agent has a job when ECS refuses to renew the protection. */
      async function untilBlocked(yieldMs: number): Promise<{ readonly url: string; readonly proven: WireJob['id'] }> {
        const protection = { expiresInMinutes: 0.01, yieldMs };
        const { url } = await startGateway({ ecsAgentUri, protection, holdMs: briefMs, ...NO_PREFETCH });
        const { id } = await enqueue();
        await nextJob({ url });
        await vi.waitUntil(() => asked.length > 0, PATIENCE);
        isBlocked = true;
        const before = asked.length;
        // The gateway asks again only once it has read the refusal.
        await vi.waitUntil(() => asked.length >= before + 3, PATIENCE);
        return { url, proven: id };
      }
    });
  });
}
