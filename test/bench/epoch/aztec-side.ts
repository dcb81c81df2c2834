import type { EthAddress } from '@aztec/foundation/eth-address';
import { Agent, makeUndiciFetch } from '@aztec/foundation/json-rpc/undici';
import { createProverClient } from '@aztec/prover-client';
import { createProvingJobBrokerClient } from '@aztec/prover-client/broker';
import { getProverEnvVars } from '@aztec/prover-client/config';
import { makeTracedFetch } from '@aztec/telemetry-client';

import type { Subsystems } from '../../../containers/node/subsystems.ts';
import type { AgentPool } from '../agent-pool.ts';
import type { AztecAgentSource } from './aztec-agent.ts';
import type { EpochSide } from './epoch-side.ts';

/** How Aztec's node talks to a broker elsewhere: seconds between tries, and connections. */
const RETRY_SECONDS = [1, 2, 3];
const CONNECTIONS = 100;

/** Aztec's agents and any broker: this process is the node, which asks for proofs through Aztec's own prover client. */
export async function openAztecSide(
  name: string,
  { worldState }: Subsystems,
  options: {
    readonly broker: { readonly url: string };
    readonly agents: AgentPool<AztecAgentSource>;
    readonly pollIntervalMs: number;
    readonly proverId: EthAddress;
  },
): Promise<EpochSide> {
  const { broker, agents, pollIntervalMs, proverId } = options;
  const fetch = makeTracedFetch(RETRY_SECONDS, false, makeUndiciFetch(new Agent({ connections: CONNECTIONS })));
  const proverClient = await createProverClient(
    { ...getProverEnvVars(), proverAgentCount: 0, realProofs: false, proverId },
    worldState,
    createProvingJobBrokerClient(broker.url, {}, fetch),
  );
  return {
    name,
    async run(_data, prove, numbers) {
      await agents.start({ brokerUrl: broker.url, pollIntervalMs }, numbers);
      const orchestrator = proverClient.createEpochProver();
      try {
        return await prove(orchestrator);
      } finally {
        await orchestrator.stop();
        await agents.stop();
      }
    },
  };
}
