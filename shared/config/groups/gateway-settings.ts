import { type Environment, type ParsedSettings, parseSettings, type SettingsOfGroups } from '../parse-settings.ts';
import { withDefault, type SettingGroup } from '../setting.ts';
import { httpUrl } from '../url-kinds.ts';
import { port } from '../value-kinds.ts';
import { OTLP_SETTINGS } from '../aztec/aztec-telemetry-settings.ts';
import { AGENT_GROUP } from './agent-settings.ts';
import { BROKER_GROUP, LINE_GROUP } from './broker-settings.ts';
import { ENGINE_SETTINGS, findEngineConflicts } from './engine-settings.ts';
import { PROCESS_SETTINGS } from './process-settings.ts';

/** How the gateway and its agent find each other. */
export const GATEWAY_GROUP = {
  title: 'Agent gateway',
  settings: {
    gatewayPort: withDefault(port, '8081', {
      flag: 'gateway-port',
      variable: 'COPPICE_GATEWAY_PORT',
      description:
        'Port on the loopback interface where the agent calls: its PROVER_BROKER_HOST is http://127.0.0.1:8081',
    }),
    agentUrl: withDefault(httpUrl, 'http://127.0.0.1:8080', {
      flag: 'gateway-agent-url',
      variable: 'COPPICE_GATEWAY_AGENT_URL',
      description: "The agent's own address, by its AZTEC_PORT; it gets no job before it has said its version there",
    }),
  },
} as const satisfies SettingGroup;

const { agentId, pools, isPrefetching, ecsAgentUri } = AGENT_GROUP.settings;
const { brokerJobTimeoutMs, brokerHoldSeconds, brokerClientTimeoutSeconds, rpcMaxBodySize, rpcMaxBatchSize } =
  BROKER_GROUP.settings;

/** What the gateway has in common with Coppice's own agents, and with the broker. */
const SHARED_GROUP = {
  title: GATEWAY_GROUP.title,
  settings: {
    agentId,
    pools,
    isPrefetching,
    ecsAgentUri,
    brokerJobTimeoutMs,
    brokerHoldSeconds,
    brokerClientTimeoutSeconds,
    rpcMaxBodySize,
    rpcMaxBatchSize,
  },
} as const satisfies SettingGroup;

/** All settings that the gateway reads. None is the key of an account. */
export const GATEWAY_GROUPS = [
  LINE_GROUP,
  GATEWAY_GROUP,
  SHARED_GROUP,
  ENGINE_SETTINGS,
  OTLP_SETTINGS,
  PROCESS_SETTINGS,
] as const;

export type GatewaySettings = SettingsOfGroups<typeof GATEWAY_GROUPS>;

export function readGatewaySettings(environment: Environment): ParsedSettings<GatewaySettings> {
  return parseSettings(GATEWAY_GROUPS, environment, findEngineConflicts);
}
