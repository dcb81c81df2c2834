import { setTimeout as sleep } from 'node:timers/promises';

import { Agent, makeUndiciFetch } from '@aztec/foundation/json-rpc/undici';
import { createProvingJobBrokerClient } from '@aztec/prover-client/broker';
import { ProvingRequestType } from '@aztec/stdlib/proofs';
import { makeTracedFetch } from '@aztec/telemetry-client';

import { BROKER_RETRY_SECONDS } from '../../../containers/official/aztec-service.ts';
import { mapBounded } from '../../../shared/retry/map-bounded.ts';
import type { AgentPool } from '../agent-pool.ts';
import type { BrokerUnderTest } from './broker-under-test.ts';
import { benchJob, benchJobId } from './bench-job.ts';
import { LargePayloads } from './inline-payload.ts';
import { type ProcessUsage, processUsage } from './process-usage.ts';

export interface Throughput {
  /** Jobs whose proofs the node has; fewer than asked for when the broker ended before. */
  readonly proven: number;
  /** From the first job to the last proof. */
  readonly seconds: number;
  /** The processors' time that the broker took for it. */
  readonly cpuSeconds: number;
  /** Most memory that the broker's process has held in its life; `undefined` where the system does not keep it. */
  readonly peakBytes: number | undefined;
}

export interface ThroughputOptions {
  readonly jobs: number;
  readonly inputsBytes: number;
  /** Jobs of an epoch are the same ones wherever they have the same numbers. */
  readonly epoch: number;
  readonly firstNumber: number;
}

/** The inputs of this circuit are the largest of an epoch. */
export const CIRCUIT = ProvingRequestType.PUBLIC_TX_BASE_ROLLUP;
/** How many jobs Aztec's node enqueues at a time by default (`PROVER_ENQUEUE_CONCURRENCY`). */
const ENQUEUE_CONCURRENCY = 50;
/** Aztec's facade fetches this many results at a time. */
const RESULT_CONCURRENCY = 10;
/** As Aztec's facade polls. */
const COMPLETED_POLL_MS = 1000;
const CONNECTIONS = 100;
/** No proof for this long: the broker has ended, or serves no longer. */
const STALLED_MS = 120_000;

/** This process is the node: it enqueues `jobs` jobs and fetches their proofs while `agents` prove them in no time. */
export async function measureThroughput(
  broker: BrokerUnderTest,
  agents: AgentPool<string>,
  { jobs, inputsBytes, epoch, firstNumber }: ThroughputOptions,
): Promise<Throughput> {
  const connections = new Agent({ connections: CONNECTIONS });
  const fetch = makeTracedFetch(BROKER_RETRY_SECONDS, false, makeUndiciFetch(connections));
  const producer = createProvingJobBrokerClient(broker.url, {}, fetch);
  const inputs = new LargePayloads(CIRCUIT, 'inputs', inputsBytes);
  const stop = new AbortController();
  const before = processUsage(broker.pid);
  let usage: ProcessUsage | undefined;
  await agents.start(broker.url);
  const startedAtMs = performance.now();
  let lastProofAtMs = startedAtMs;
  // Made one by one: the node must not hold all inputs of an epoch either.
  const ids = Array.from({ length: jobs }, (_, index) => benchJobId(epoch, CIRCUIT, firstNumber + index));
  const enqueueing = mapBounded([...ids.entries()], ENQUEUE_CONCURRENCY, async ([index, id]) => {
    if (stop.signal.aborted) return;
    await producer.enqueueProvingJob(benchJob(id, epoch, CIRCUIT, inputs.uri(firstNumber + index)));
  }).catch(() => undefined);
  const open = new Set<string>(ids);
  try {
    while (open.size > 0 && performance.now() - lastProofAtMs < STALLED_MS) {
      const polledAtMs = performance.now();
      const completed = [...new Set(await producer.getCompletedJobs([]))].filter((id) => open.has(id));
      await mapBounded(completed, RESULT_CONCURRENCY, async (id) => {
        const { status } = await producer.getProvingJobStatus(id);
        if (status !== 'fulfilled') throw new Error(`${broker.name}: job ${id} is ${status}`);
        open.delete(id);
        lastProofAtMs = performance.now();
      });
      usage = processUsage(broker.pid) ?? usage;
      if (open.size > 0) await sleep(Math.max(0, polledAtMs + COMPLETED_POLL_MS - performance.now()));
    }
  } catch (error) {
    if (processUsage(broker.pid) !== undefined) throw error;
    // The broker has ended. What it had done until then counts.
  }
  stop.abort();
  await agents.stop();
  await enqueueing;
  await connections.destroy();
  return {
    proven: jobs - open.size,
    seconds: (lastProofAtMs - startedAtMs) / 1000,
    cpuSeconds: (usage?.cpuSeconds ?? NaN) - (before?.cpuSeconds ?? NaN),
    peakBytes: usage?.peakBytes,
  };
}
