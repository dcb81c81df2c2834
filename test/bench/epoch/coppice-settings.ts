import { type AgentSettings, parseAgentSettings } from '../../../shared/config/groups/agent-settings.ts';

/** The settings of `coppice start --prover-agent` with only a data directory, a name and simulated proofs set. */
export function coppiceSettings(dataDirectory: string, agentName: string): AgentSettings {
  return parseAgentSettings({
    DATA_DIRECTORY: dataDirectory,
    COPPICE_AGENT_ID: agentName,
    PROVER_REAL_PROOFS: 'false',
  });
}
