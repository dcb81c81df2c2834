import { existsSync } from 'node:fs';
import path from 'node:path';

import { orUnknown } from '../../../../shared/checks/finding.ts';
import { openEngine } from '../../../../shared/engine/open-engine.ts';
import { installedNetworkVersion } from '../../../../shared/proving-job/network-version.ts';
import type { Role } from '../read-role.ts';
import { networkVersionOf } from '../to-broker-options.ts';
import { checkEngine } from './check-engine.ts';
import { checkAgents, checkSource } from './check-fleet.ts';
import { isFatal, type RoleFinding } from './role-finding.ts';

/** Checks what a role needs before it starts, by calls that the role itself may make. It takes seconds. */
export async function examineStart(role: Role): Promise<readonly RoleFinding[]> {
  const isAgent = role.name === 'prover-agent' || role.name === 'agent-gateway';
  return [
    ...(await examineEngine(role, [isAgent ? 'queues' : 'ledger', 'proofs'])),
    ...(await checkSurroundings(role)),
  ];
}

/** Checks everything that can be checked before the role starts, the prover and the rest of its fleet included. */
export async function examineAll(role: Role): Promise<readonly RoleFinding[]> {
  const engine = await examineEngine(role, ['ledger', 'queues', 'proofs']);
  const surroundings = await checkSurroundings(role);
  const prover = role.name === 'prover-agent' ? await orUnknown('prover', () => examineProver(role)) : [];
  const canOpen = needsEngine(role) && !engine.some(isFatal) && isThere(role);
  const fleet = canOpen ? await orUnknown('fleet', () => examineFleet(role)) : [];
  return [...engine, ...surroundings, ...prover, ...fleet];
}

/** An agent of a broker opens no engine. */
function needsEngine(role: Role): boolean {
  return role.name !== 'prover-agent' || role.settings.brokerUrl === undefined;
}

/** Whether the engine can be opened without being made. */
function isThere({ engineOptions }: Role): boolean {
  return engineOptions.engine === 'aws' || existsSync(path.join(engineOptions.dataDirectory, 'coppice.sqlite'));
}

async function examineEngine(
  role: Role,
  reads: Parameters<typeof checkEngine>[0]['reads'],
): Promise<readonly RoleFinding[]> {
  if (!needsEngine(role)) return [];
  const { engineOptions } = role;
  // Agents may read the queues of their own pools.
  const pools = role.name === 'prover-agent' || role.name === 'agent-gateway' ? role.settings.pools : undefined;
  return orUnknown('engine', () => checkEngine({ engineOptions, reads, pools }));
}

/** What a role needs is loaded for that role: some of it needs Aztec's packages, and some is not in every image. */
async function checkSurroundings(role: Role): Promise<readonly RoleFinding[]> {
  switch (role.name) {
    case 'prover-node': {
      const { checkNode } = await import('./check-node.ts');
      return checkNode(role.settings);
    }
    case 'prover-broker': {
      const { checkBroker } = await import('./check-broker.ts');
      return checkBroker(role.settings);
    }
    case 'agent-gateway': {
      const { checkGateway } = await import('./check-gateway.ts');
      return checkGateway(role.settings);
    }
    case 'prover-agent': {
      const { checkAgent } = await import('./check-agent.ts');
      return checkAgent(role);
    }
  }
}

async function examineProver(role: Role & { readonly name: 'prover-agent' }): Promise<readonly RoleFinding[]> {
  const { checkProver } = await import('./check-agent.ts');
  return checkProver(role);
}

async function examineFleet(role: Role): Promise<readonly RoleFinding[]> {
  const engine = await openEngine(role.engineOptions);
  try {
    if (role.name === 'prover-agent' || role.name === 'agent-gateway') {
      return engine.scaler === undefined ? await checkSource(engine) : [];
    }
    const version = role.name === 'prover-node' ? installedNetworkVersion() : networkVersionOf(role.settings);
    return await checkAgents(engine, version);
  } finally {
    await engine.close();
  }
}
