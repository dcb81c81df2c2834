import { fileURLToPath } from 'node:url';

import { readEnvFile } from '../../shared/config/read-env-file.ts';
import type { FleetProcess } from '../processes/fleet-process.ts';
import { findFreePort } from './find-free-port.ts';
import { type FleetOptions, startMember } from './fleet-member.ts';

const AZTEC_START = fileURLToPath(new URL('../official/aztec-start.ts', import.meta.url));

export function brokerUrl(port: number): string {
  return `http://127.0.0.1:${port}`;
}

/** Starts `coppice start --prover-broker`, as an operator would. @param nodePort of the official node that it watches. @default none */
export function startBroker(options: FleetOptions, port: number, nodePort?: number): FleetProcess {
  return startMember(options, 'broker', ['start', '--prover-broker', '--env-file', options.environmentFile], {
    AZTEC_PORT: String(port),
    ...(nodePort !== undefined && { COPPICE_NODE_URL: brokerUrl(nodePort) }),
  });
}

/**
 * Starts Aztec's own prover node, which asks the broker for proofs and submits the root itself.
 * @param port where it serves its status and its sessions. @default any that is free
 */
export function startOfficialNode(options: FleetOptions, url: string, port = 0): FleetProcess {
  return startOfficial(options, 'node', '--prover-node', {
    AZTEC_PORT: String(port),
    PROVER_BROKER_HOST: url,
    PROVER_PUBLISHER_PRIVATE_KEYS: options.publisherKey.reveal(),
    PROVER_AGENT_COUNT: '0',
  });
}

/**
 * Starts Aztec's own agent, which polls the broker every second: its default.
 * @param name of its log
 * @param port where it serves its status. @default any that is free
 */
export function startOfficialAgent(options: FleetOptions, name: string, url: string, port = 0): FleetProcess {
  return startOfficial(options, name, '--prover-agent', { PROVER_BROKER_HOST: url, AZTEC_PORT: String(port) });
}

/** Starts `coppice start --agent-gateway`, as an operator would. @param agentPort where its agent serves its status */
export function startGateway(options: FleetOptions, name: string, port: number, agentPort: number): FleetProcess {
  return startMember(options, name, ['start', '--agent-gateway'], {
    COPPICE_AGENT_ID: name,
    COPPICE_GATEWAY_PORT: String(port),
    COPPICE_GATEWAY_AGENT_URL: brokerUrl(agentPort),
  });
}

/** Aztec's own agent and a gateway beside it, as in one task of ECS. */
interface GatewayedAgent {
  readonly gateway: FleetProcess;
  readonly agent: FleetProcess;
}

/** Starts them, in the order in which an operator would. @param name of the agent in the ledger */
export async function startGatewayedAgent(options: FleetOptions, name: string): Promise<GatewayedAgent> {
  const [port, agentPort] = [await findFreePort(), await findFreePort()];
  const gateway = startGateway(options, name, port, agentPort);
  return { gateway, agent: startOfficialAgent(options, `${name}-official`, brokerUrl(port), agentPort) };
}

function startOfficial(
  options: FleetOptions,
  name: string,
  role: string,
  own: Readonly<Record<string, string>>,
): FleetProcess {
  const network = readEnvFile(options.environmentFile)?.variables ?? {};
  return startMember(options, name, [role], { ...network, AZTEC_PORT: '0', ...own }, AZTEC_START);
}
