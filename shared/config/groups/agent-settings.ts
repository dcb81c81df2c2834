import { AztecCircuit } from '../../proving-job/aztec-circuits.ts';
import { Pool } from '../../proving-job/circuit-family.ts';
import { FAMILY_NAMES } from '../../proving-job/circuit-catalogue.ts';
import { CrsKind } from '../../crs/crs-kind.ts';
import { AgentId } from '../../ledger/job-ledger.ts';
import { OTLP_SETTINGS } from '../aztec/aztec-telemetry-settings.ts';
import { ENGINE_SETTINGS, findEngineConflicts } from './engine-settings.ts';
import {
  parseSettings,
  settingsOrThrow,
  type Environment,
  type ParsedSettings,
  type SettingsOfGroups,
} from '../parse-settings.ts';
import { PROCESS_SETTINGS } from './process-settings.ts';
import { PROVER_SETTINGS } from './prover-settings.ts';
import { nameOf, optional, withDefault, type SettingGroup } from '../setting.ts';
import { httpUrl } from '../url-kinds.ts';
import { decimal, integer, kind, listOf, oneOf, port, switchKind } from '../value-kinds.ts';

/** Which jobs an agent takes, and how its simulated proofs behave. */
export const AGENT_GROUP = {
  title: 'Agents',
  settings: {
    agentCount: withDefault(integer(0, 1024), '1', {
      flag: 'proverAgent.proverAgentCount',
      flagAliases: ['agents'],
      variable: 'PROVER_AGENT_COUNT',
      description: 'Number of agents that --prover-agent starts; several run as one process each',
    }),
    agentId: optional(kind(AgentId, '1 to 128 characters', '<id>'), {
      flag: 'agent-id',
      variable: 'COPPICE_AGENT_ID',
      description: "The agent's name in the ledger; with several agents, the prefix of their names",
      defaultNote: 'host name and the first free number',
    }),
    pools: withDefault(listOf(oneOf(Pool.options)), Pool.options.join(','), {
      flag: 'agent-pools',
      variable: 'COPPICE_AGENT_POOLS',
      description: 'Pools whose jobs the agent takes, in order of preference',
    }),
    families: withDefault(listOf(oneOf(FAMILY_NAMES)), 'aztec', {
      flag: 'agent-families',
      variable: 'COPPICE_AGENT_FAMILIES',
      description: "Families of circuits that the agent proves: Aztec's, the canary's, or both",
    }),
    crs: withDefault(oneOf(CrsKind.options), 'ceremony', {
      flag: 'crs',
      variable: 'COPPICE_CRS',
      description:
        "Reference string (CRS) for the canary's proofs; development: the insecure one from coppice crs --development",
    }),
    proofTypes: withDefault(listOf(oneOf(AztecCircuit.options)), AztecCircuit.options.join(','), {
      flag: 'proverAgent.proverAgentProofTypes',
      variable: 'PROVER_AGENT_PROOF_TYPES',
      description: "Aztec's circuits that the agent proves; it leaves other jobs to other agents",
    }),
    agentMemoryMib: optional(integer(64), {
      flag: 'agent-memory-mib',
      variable: 'COPPICE_AGENT_MEMORY_MIB',
      description: 'Memory available to one agent, in MiB',
      defaultNote: "the machine's, shared between its agents",
    }),
    claimSeconds: withDefault(integer(1, 20), '20', {
      flag: 'agent-claim-seconds',
      variable: 'COPPICE_AGENT_CLAIM_SECONDS',
      description: 'How long one poll of the queue waits for a job, in seconds',
    }),
    proofTimeoutMultiple: withDefault(decimal(1), '20', {
      flag: 'proof-timeout-multiple',
      variable: 'COPPICE_PROOF_TIMEOUT_MULTIPLE',
      description: "Time a proof out after this many times its circuit's usual duration",
    }),
    proofTimeoutFloorSeconds: withDefault(integer(1, 86_400), '600', {
      flag: 'proof-timeout-floor-seconds',
      variable: 'COPPICE_PROOF_TIMEOUT_FLOOR_SECONDS',
      description: 'Lower bound for that timeout, in seconds',
    }),
    agentPort: withDefault(port, '0', {
      flag: 'agent-port',
      variable: 'COPPICE_AGENT_PORT',
      description: "Port of the agent's health and metrics; with several agents, the first of as many; 0: none",
    }),
    brokerUrl: optional(httpUrl, {
      flag: 'proverAgent.proverBrokerUrl',
      flagAliases: ['proverNode.proverBrokerUrl', 'prover-broker-url'],
      variable: 'PROVER_BROKER_HOST',
      description: "URL of a proving broker, Coppice's or Aztec's, whose jobs the agent proves instead of an engine's",
      defaultNote: 'jobs come from the engine',
    }),
    pollIntervalMs: withDefault(integer(1, 60_000), '1000', {
      flag: 'proverAgent.proverAgentPollIntervalMs',
      variable: 'PROVER_AGENT_POLL_INTERVAL_MS',
      description: 'How often an idle agent asks that broker for a job, in milliseconds',
    }),
    ecsAgentUri: optional(httpUrl, {
      flag: 'ecs-agent-uri',
      variable: 'ECS_AGENT_URI',
      description: 'Endpoint for protecting the task from scale-in while it proves; set by ECS',
      defaultNote: 'no protection',
    }),
    isPrefetching: withDefault(switchKind, 'true', {
      flag: 'agent-prefetch',
      variable: 'COPPICE_AGENT_PREFETCH',
      description: 'Claim the next job shortly before the current proof is done; false: only when idle',
    }),
    proverTestDelayType: withDefault(oneOf(['fixed', 'realistic']), 'fixed', {
      flag: 'proverAgent.proverTestDelayType',
      variable: 'PROVER_TEST_DELAY_TYPE',
      description: 'Duration of simulated proofs: fixed, or realistic for each circuit',
    }),
    proverTestDelayMs: withDefault(integer(0), '0', {
      flag: 'proverAgent.proverTestDelayMs',
      variable: 'PROVER_TEST_DELAY_MS',
      description: 'Fixed duration of a simulated proof, in milliseconds',
    }),
    proverTestDelayFactor: withDefault(decimal(0), '1', {
      flag: 'proverAgent.proverTestDelayFactor',
      variable: 'PROVER_TEST_DELAY_FACTOR',
      description: 'Factor for realistic durations: 0.1 is a tenth',
    }),
    proverTestVerificationDelayMs: withDefault(integer(0), '10', {
      flag: 'proverAgent.proverTestVerificationDelayMs',
      variable: 'PROVER_TEST_VERIFICATION_DELAY_MS',
      description: 'Duration of a simulated verification, in milliseconds',
    }),
  },
} as const satisfies SettingGroup;

/** All settings that an agent reads. None is the key of an account. */
export const AGENT_GROUPS = [AGENT_GROUP, PROVER_SETTINGS, ENGINE_SETTINGS, OTLP_SETTINGS, PROCESS_SETTINGS] as const;

export type AgentSettings = SettingsOfGroups<typeof AGENT_GROUPS>;

export function readAgentSettings(environment: Environment): ParsedSettings<AgentSettings> {
  return parseSettings(AGENT_GROUPS, environment, (settings, isGiven) =>
    settings.brokerUrl === undefined ? findEngineConflicts(settings, isGiven) : findBrokerConflicts(settings),
  );
}

/** An agent of a broker opens no engine, so what it would need for one does not matter. */
function findBrokerConflicts({ families, developmentKeys }: Partial<AgentSettings>): readonly string[] {
  if (developmentKeys !== undefined) {
    return [
      `${nameOf(PROVER_SETTINGS.settings.developmentKeys)} is for agents on an engine, which know the chain of a job: leave it out, or leave out ` +
        nameOf(AGENT_GROUP.settings.brokerUrl),
    ];
  }
  if (families?.every((family) => family === 'aztec') ?? true) return [];
  const { brokerUrl, families: familiesSetting } = AGENT_GROUP.settings;
  return [
    `${nameOf(brokerUrl)} names a broker, which holds Aztec's jobs only: leave out ${nameOf(familiesSetting)}, or start the ` +
      'agents of other families on the engine',
  ];
}

/** @throws {InvalidSettingsError} listing everything that is wrong */
export function parseAgentSettings(environment: Environment): AgentSettings {
  return settingsOrThrow(readAgentSettings(environment));
}
