import { TestCircuitProver } from '@aztec/bb-prover/test';
import { Agent, makeUndiciFetch } from '@aztec/foundation/json-rpc/undici';
import { createProofStore, createProvingJobBrokerClient, ProvingAgent } from '@aztec/prover-client/broker';
import { makeTracedFetch } from '@aztec/telemetry-client';
import { z } from 'zod';

import { followOrders } from '../follow-orders.ts';

const AztecAgentSource = z.strictObject({
  brokerUrl: z.url(),
  /** `PROVER_AGENT_POLL_INTERVAL_MS` */
  pollIntervalMs: z.number().positive(),
});
export type AztecAgentSource = z.infer<typeof AztecAgentSource>;

/** How `aztec start --prover-agent` talks to its broker: seconds between tries, and connections. */
const RETRY_SECONDS = [1, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3];
const CONNECTIONS = 10;

// Shared by all orders, so that circuits stay loaded.
const circuitProver = new TestCircuitProver();
const proofStore = await createProofStore(undefined);

/** Aztec's agent, as `aztec start --prover-agent` runs it with only the broker and simulated proofs set. */
followOrders(AztecAgentSource, async ({ brokerUrl, pollIntervalMs }, signal) => {
  const connections = new Agent({ connections: CONNECTIONS });
  const fetch = makeTracedFetch(RETRY_SECONDS, false, makeUndiciFetch(connections));
  const broker = createProvingJobBrokerClient(brokerUrl, {}, fetch);
  const agent = new ProvingAgent(broker, proofStore, circuitProver, [], pollIntervalMs);
  agent.start();
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  await agent.stop();
  await connections.close();
});
