import { AGENT_GROUPS, type AgentSettings, readAgentSettings } from '../../../shared/config/groups/agent-settings.ts';
import {
  BROKER_GROUPS,
  type BrokerSettings,
  readBrokerSettings,
} from '../../../shared/config/groups/broker-settings.ts';
import {
  GATEWAY_GROUPS,
  type GatewaySettings,
  readGatewaySettings,
} from '../../../shared/config/groups/gateway-settings.ts';
import { ENV_FILE_GROUP, NO_ENV_FILE } from '../../../shared/config/groups/env-file-settings.ts';
import { environmentFor } from '../../../shared/config/groups/known-settings.ts';
import { NODE_GROUPS, type NodeSettings, readNodeSettings } from '../../../shared/config/groups/node-settings.ts';
import { engineOptionsOf } from '../../../shared/engine/engine-options.ts';
import type { EngineOptions } from '../../../shared/engine/open-engine.ts';

/** What `coppice start` can start; the name is the flag. */
export const ROLE_NAMES = ['prover-node', 'prover-broker', 'prover-agent', 'agent-gateway'] as const;
export type RoleName = (typeof ROLE_NAMES)[number];

/** A role, its settings parsed once. */
export type Role = NodeRole | BrokerRole | AgentRole | GatewayRole;

export interface NodeRole extends RoleBase {
  readonly name: 'prover-node';
  readonly settings: NodeSettings;
}

export interface BrokerRole extends RoleBase {
  readonly name: 'prover-broker';
  readonly settings: BrokerSettings;
}

export interface AgentRole extends RoleBase {
  readonly name: 'prover-agent';
  readonly settings: AgentSettings;
}

export interface GatewayRole extends RoleBase {
  readonly name: 'agent-gateway';
  readonly settings: GatewaySettings;
}

interface RoleBase {
  readonly engineOptions: EngineOptions;
  /** The complete environment of its process: no settings of other roles, and no file to read again. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The variable that makes Aztec's node prove. */
export const ENABLE_PROVER_NODE = 'ENABLE_PROVER_NODE';

export function readRole(
  name: RoleName,
  environment: Readonly<Record<string, string>>,
): { readonly role: Role | undefined; readonly problems: readonly string[] } {
  if (name === 'prover-node') {
    const { settings, problems } = readNodeSettings(environment);
    const own = environmentOf(NODE_GROUPS, environment);
    return {
      role: settings && { name, settings, engineOptions: engineOptionsOf(settings), environment: own },
      problems,
    };
  }
  if (name === 'prover-broker') {
    const { settings, problems } = readBrokerSettings(environment);
    const own = environmentOf(BROKER_GROUPS, environment);
    return {
      role: settings && { name, settings, engineOptions: officialEngineOptionsOf(settings), environment: own },
      problems,
    };
  }
  if (name === 'agent-gateway') {
    const { settings, problems } = readGatewaySettings(environment);
    const own = environmentOf(GATEWAY_GROUPS, environment);
    return {
      role: settings && { name, settings, engineOptions: officialEngineOptionsOf(settings), environment: own },
      problems,
    };
  }
  const { settings, problems } = readAgentSettings(environment);
  const own = environmentOf(AGENT_GROUPS, environment);
  return { role: settings && { name, settings, engineOptions: engineOptionsOf(settings), environment: own }, problems };
}

/** A lease of an official agent lasts as long as Aztec's setting for it says. */
function officialEngineOptionsOf(settings: BrokerSettings | GatewaySettings): EngineOptions {
  const { brokerJobTimeoutMs } = settings;
  const leaseSeconds =
    settings.leaseSeconds ?? (brokerJobTimeoutMs === undefined ? undefined : Math.ceil(brokerJobTimeoutMs / 1000));
  return engineOptionsOf({ ...settings, leaseSeconds });
}

function environmentOf(
  groups: Parameters<typeof environmentFor>[0],
  environment: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const { [ENABLE_PROVER_NODE]: _, ...own } = environmentFor(groups, environment);
  // Everything in the file is merged into the environment already.
  return { ...own, [ENV_FILE_GROUP.settings.envFile.variable]: NO_ENV_FILE };
}
