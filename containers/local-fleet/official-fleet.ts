import { fileURLToPath } from 'node:url';

import { readEnvFile } from '../../shared/config/read-env-file.ts';
import type { FleetProcess } from '../processes/fleet-process.ts';
import { type FleetOptions, startMember } from './fleet-member.ts';

const AZTEC_START = fileURLToPath(new URL('../official/aztec-start.ts', import.meta.url));

export function brokerUrl(port: number): string {
  return `http://127.0.0.1:${port}`;
}

/** Starts `coppice start --prover-broker`, as an operator would. */
export function startBroker(options: FleetOptions, port: number): FleetProcess {
  return startMember(options, 'broker', ['start', '--prover-broker', '--env-file', options.environmentFile], {
    AZTEC_PORT: String(port),
  });
}

/** Starts Aztec's own prover node, which asks the broker for proofs and submits the root itself. */
export function startOfficialNode(options: FleetOptions, url: string): FleetProcess {
  return startOfficial(options, 'node', '--prover-node', {
    PROVER_BROKER_HOST: url,
    PROVER_PUBLISHER_PRIVATE_KEYS: options.publisherKey.reveal(),
    PROVER_AGENT_COUNT: '0',
  });
}

/** Starts Aztec's own agent, which polls the broker every second: its default. @param name of its log */
export function startOfficialAgent(options: FleetOptions, name: string, url: string): FleetProcess {
  return startOfficial(options, name, '--prover-agent', { PROVER_BROKER_HOST: url });
}

function startOfficial(
  options: FleetOptions,
  name: string,
  role: string,
  own: Readonly<Record<string, string>>,
): FleetProcess {
  const network = readEnvFile(options.environmentFile)?.variables ?? {};
  return startMember(options, name, [role], { ...network, ...own, AZTEC_PORT: '0' }, AZTEC_START);
}
