import { setTimeout as sleep } from 'node:timers/promises';

import { createProvingJobBrokerClient } from '@aztec/prover-client/broker';
import { ProvingRequestType } from '@aztec/stdlib/proofs';

import type { BrokerUnderTest } from './broker-under-test.ts';
import { benchJob, benchJobId } from './bench-job.ts';
import { payloadUri } from './inline-payload.ts';
import type { LatencyAgents } from './latency-agents.ts';

export interface LatencyOptions {
  readonly pollIntervalMs: number;
  /** In each of them, one idle agent of each circuit gets one job. */
  readonly rounds: number;
  /** No other measurement of this broker has this epoch. */
  readonly epoch: number;
}

const CIRCUITS = Object.values(ProvingRequestType).filter(
  (type): type is ProvingRequestType => typeof type === 'number',
);
/** An agent whose proof was taken is idle again, and polls some time later. */
const SETTLE_MS = 1500;

/**
 * From the call that enqueues a job to the moment when an idle agent of Aztec's has it, in milliseconds, for each job. Jobs
 * come at any moment between two polls of their agent, and never two for one agent.
 */
export async function measureLatency(
  broker: BrokerUnderTest,
  agents: LatencyAgents,
  { pollIntervalMs, rounds, epoch }: LatencyOptions,
): Promise<readonly number[]> {
  const producer = createProvingJobBrokerClient(broker.url, {});
  await agents.start({ brokerUrl: broker.url, pollIntervalMs, circuits: CIRCUITS });
  const latenciesMs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await sleep(SETTLE_MS);
    const ofRound = CIRCUITS.map(async (type) => {
      await sleep(Math.random() * 2 * pollIntervalMs);
      const id = benchJobId(epoch, type, round);
      const received = agents.received(id);
      const enqueuedAtMs = Date.now();
      await producer.enqueueProvingJob(benchJob(id, epoch, type, payloadUri(type, 'inputs', id)));
      return (await received) - enqueuedAtMs;
    });
    latenciesMs.push(...(await Promise.all(ofRound)));
  }
  await agents.stop();
  return latenciesMs;
}
