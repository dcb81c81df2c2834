import { type AgentSettings, parseAgentSettings } from '../../../shared/config/groups/agent-settings.ts';

/** What `coppice start --prover-agent` makes of nothing but a data directory, a name and simulated proofs. */
export function coppiceSettings(dataDirectory: string, agentName: string): AgentSettings {
  return parseAgentSettings({
    DATA_DIRECTORY: dataDirectory,
    COPPICE_AGENT_ID: agentName,
    PROVER_REAL_PROOFS: 'false',
  });
}
