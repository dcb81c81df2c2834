import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

import { Agent, makeUndiciFetch } from '@aztec/foundation/json-rpc/undici';
import { createProvingJobBrokerClient, InlineProofStore, ProvingAgent } from '@aztec/prover-client/broker';
import type { ProofUri, ProvingJobInputs, ServerCircuitProver } from '@aztec/stdlib/interfaces/server';
import { ProvingRequestType } from '@aztec/stdlib/proofs';
import { makeTracedFetch } from '@aztec/telemetry-client';
import { z } from 'zod';

import { BROKER_RETRY_SECONDS } from '../../../containers/official/aztec-service.ts';
import { followOrders } from '../follow-orders.ts';
import { payloadUri, readPayload } from './inline-payload.ts';

const LatencyAgentsSource = z.strictObject({
  brokerUrl: z.url(),
  /** `PROVER_AGENT_POLL_INTERVAL_MS` */
  pollIntervalMs: z.number().positive(),
  /** One agent for each: it takes this circuit alone. */
  circuits: z.array(z.enum(ProvingRequestType)),
});
export type LatencyAgentsSource = z.infer<typeof LatencyAgentsSource>;

/** Sent to the bench when an agent has a job; the time in milliseconds since 1970. */
export const JobReceived = z.strictObject({ jobId: z.string(), atMs: z.number() });
export type JobReceived = z.infer<typeof JobReceived>;

const CONNECTIONS = 100;

/** Reports an agent's job when it begins to read the inputs, which it does as soon as it has the job. */
class WatchedStore extends InlineProofStore {
  override async getProofInput(uri: ProofUri): Promise<ProvingJobInputs> {
    const atMs = Date.now();
    const { type, content } = readPayload(uri);
    process.send?.({ jobId: content, atMs } satisfies JobReceived);
    return { type, inputs: undefined } as unknown as ProvingJobInputs;
  }

  override async saveProofOutput(_id: unknown, type: ProvingRequestType): Promise<ProofUri> {
    return payloadUri(type, 'result', 'a proof');
  }
}

/** Every proof is made at once, of nothing. */
const NO_PROVER = new Proxy({} as ServerCircuitProver, { get: () => async () => ({}) });

/** Aztec's own agents, idle: each waits for the one job of its circuit. */
followOrders(LatencyAgentsSource, async ({ brokerUrl, pollIntervalMs, circuits }, signal) => {
  const connections = new Agent({ connections: CONNECTIONS });
  const fetch = makeTracedFetch(BROKER_RETRY_SECONDS, false, makeUndiciFetch(connections));
  const agents = circuits.map(
    (circuit) =>
      new ProvingAgent(
        createProvingJobBrokerClient(brokerUrl, {}, fetch),
        new WatchedStore(),
        NO_PROVER,
        [circuit],
        pollIntervalMs,
      ),
  );
  for (const agent of agents) {
    agent.start();
    // As they would be by themselves: not all at the same time.
    await sleep(pollIntervalMs / circuits.length);
    if (signal.aborted) break;
  }
  if (!signal.aborted) await once(signal, 'abort');
  await Promise.all(agents.map((agent) => agent.stop()));
  await connections.destroy();
});
