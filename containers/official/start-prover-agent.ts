import { times } from '@aztec/foundation/collection';
import { Agent, makeUndiciFetch } from '@aztec/foundation/json-rpc/undici';
import { getVKTreeRoot } from '@aztec/noir-protocol-circuits-types/vk-tree';
import { protocolContractsHash } from '@aztec/protocol-contracts';
import { buildServerCircuitProver } from '@aztec/prover-client';
import { createProofStore, createProvingJobBrokerClient, ProvingAgent } from '@aztec/prover-client/broker';
import { getProverNodeAgentConfigFromEnv } from '@aztec/prover-node';
import { ProverAgentApiSchema } from '@aztec/stdlib/interfaces/server';
import { getTelemetryClient, makeTracedFetch } from '@aztec/telemetry-client';

import { type AztecService, BROKER_RETRY_SECONDS } from './aztec-service.ts';

const CONNECTIONS = 10;

/**
 * What `aztec start --prover-agent` starts, from the same variables: `PROVER_AGENT_COUNT` loops that poll the broker at
 * `PROVER_BROKER_HOST`.
 * @throws {Error} when no broker is named
 */
export async function startProverAgent(): Promise<AztecService> {
  const config = getProverNodeAgentConfigFromEnv();
  if (config.proverBrokerUrl === undefined) throw new Error('set PROVER_BROKER_HOST to the URL of the broker');
  const versions = {
    l2CircuitsVkTreeRoot: getVKTreeRoot().toString(),
    l2ProtocolContractsHash: protocolContractsHash.toString(),
  };
  const fetch = makeTracedFetch(BROKER_RETRY_SECONDS, false, makeUndiciFetch(new Agent({ connections: CONNECTIONS })));
  const broker = createProvingJobBrokerClient(config.proverBrokerUrl, versions, fetch);
  const prover = await buildServerCircuitProver(config, getTelemetryClient());
  const proofStore = await createProofStore(config.proofStore);
  const agents = times(
    config.proverAgentCount,
    () => new ProvingAgent(broker, proofStore, prover, config.proverAgentProofTypes, config.proverAgentPollIntervalMs),
  );
  for (const agent of agents) agent.start();
  const isAtWork = (agent: ProvingAgent) => (): boolean => agent.getStatus().status !== 'stopped';
  const named = agents.map((agent, index) => [`agent${index}`, agent] as const);
  const [only] = agents;
  return {
    handlers: Object.fromEntries(
      [...named, ...(agents.length === 1 && only !== undefined ? [['agent', only] as const] : [])].map(
        ([name, agent]) => [name, [agent, ProverAgentApiSchema, isAtWork(agent)]],
      ),
    ),
    versions,
    async stop() {
      await Promise.all(agents.map((agent) => agent.stop()));
    },
  };
}
