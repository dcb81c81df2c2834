import { AztecCircuit } from '../../proving-job/aztec-circuits.ts';
import { Pool } from '../../proving-job/circuit-family.ts';
import { FAMILY_NAMES } from '../../proving-job/circuit-catalogue.ts';
import { CrsKind } from '../../crs/crs-kind.ts';
import { AgentId } from '../../ledger/job-ledger.ts';
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
import { optional, withDefault, type SettingGroup } from '../setting.ts';
import { httpUrl } from '../url-kinds.ts';
import { decimal, integer, kind, listOf, oneOf, switchKind } from '../value-kinds.ts';

/** What an agent takes on, and how its simulated proofs behave. */
export const AGENT_GROUP = {
  title: 'Agents',
  settings: {
    agentCount: withDefault(integer(0, 1024), '1', {
      flag: 'proverAgent.proverAgentCount',
      flagAliases: ['agents'],
      variable: 'PROVER_AGENT_COUNT',
      description: 'Agents that --prover-agent starts; several are processes of their own',
    }),
    agentId: optional(kind(AgentId, '1 to 128 characters', '<id>'), {
      flag: 'agent-id',
      variable: 'COPPICE_AGENT_ID',
      description: "The agent's name in the ledger; of several agents, what their names begin with",
      defaultNote: 'host name and process id',
    }),
    pools: withDefault(listOf(oneOf(Pool.options)), Pool.options.join(','), {
      flag: 'agent-pools',
      variable: 'COPPICE_AGENT_POOLS',
      description: 'Sizes of job that the agent takes, in the order in which it asks for them',
    }),
    families: withDefault(listOf(oneOf(FAMILY_NAMES)), 'aztec', {
      flag: 'agent-families',
      variable: 'COPPICE_AGENT_FAMILIES',
      description: "What the agent proves: Aztec's circuits, the canary's, or both",
    }),
    crs: withDefault(oneOf(CrsKind.options), 'ceremony', {
      flag: 'crs',
      variable: 'COPPICE_CRS',
      description:
        "Reference string of the canary's proofs; development: the insecure one, of coppice crs --development",
    }),
    proofTypes: withDefault(listOf(oneOf(AztecCircuit.options)), AztecCircuit.options.join(','), {
      flag: 'proverAgent.proverAgentProofTypes',
      variable: 'PROVER_AGENT_PROOF_TYPES',
      description: "Aztec's circuits that the agent proves; jobs of others are left to other agents",
    }),
    agentMemoryMib: optional(integer(64), {
      flag: 'agent-memory-mib',
      variable: 'COPPICE_AGENT_MEMORY_MIB',
      description: 'Memory that one agent may count on, in MiB',
      defaultNote: "the machine's, shared between its agents",
    }),
    claimSeconds: withDefault(integer(1, 20), '20', {
      flag: 'agent-claim-seconds',
      variable: 'COPPICE_AGENT_CLAIM_SECONDS',
      description: 'How long one look at the queue waits for a job',
    }),
    proofTimeoutMultiple: withDefault(decimal(1), '20', {
      flag: 'proof-timeout-multiple',
      variable: 'COPPICE_PROOF_TIMEOUT_MULTIPLE',
      description: "A proof that takes this many times its circuit's usual time is given up",
    }),
    proofTimeoutFloorSeconds: withDefault(integer(1, 86_400), '600', {
      flag: 'proof-timeout-floor-seconds',
      variable: 'COPPICE_PROOF_TIMEOUT_FLOOR_SECONDS',
      description: 'But never before it took this long',
    }),
    ecsAgentUri: optional(httpUrl, {
      flag: 'ecs-agent-uri',
      variable: 'ECS_AGENT_URI',
      description: 'Where ECS is told that the agent proves, and must not be scaled in. ECS sets it',
      defaultNote: 'nobody is told',
    }),
    isPrefetching: withDefault(switchKind, 'true', {
      flag: 'agent-prefetch',
      variable: 'COPPICE_AGENT_PREFETCH',
      description: 'Claim the next job shortly before a proof is done; false: when idle',
    }),
    proverTestDelayType: withDefault(oneOf(['fixed', 'realistic']), 'fixed', {
      flag: 'proverAgent.proverTestDelayType',
      variable: 'PROVER_TEST_DELAY_TYPE',
      description: "Simulated proofs take a fixed time, or each circuit's usual time",
    }),
    proverTestDelayMs: withDefault(integer(0), '0', {
      flag: 'proverAgent.proverTestDelayMs',
      variable: 'PROVER_TEST_DELAY_MS',
      description: 'The fixed time, in milliseconds',
    }),
    proverTestDelayFactor: withDefault(decimal(0), '1', {
      flag: 'proverAgent.proverTestDelayFactor',
      variable: 'PROVER_TEST_DELAY_FACTOR',
      description: 'Part of the usual time that is taken: 0.1 is a tenth',
    }),
    proverTestVerificationDelayMs: withDefault(integer(0), '10', {
      flag: 'proverAgent.proverTestVerificationDelayMs',
      variable: 'PROVER_TEST_VERIFICATION_DELAY_MS',
      description: 'How long a simulated verification takes, in milliseconds',
    }),
  },
} as const satisfies SettingGroup;

/** All that an agent reads. No key of any account is among it. */
export const AGENT_GROUPS = [AGENT_GROUP, PROVER_SETTINGS, ENGINE_SETTINGS, PROCESS_SETTINGS] as const;

export type AgentSettings = SettingsOfGroups<typeof AGENT_GROUPS>;

export function readAgentSettings(environment: Environment): ParsedSettings<AgentSettings> {
  return parseSettings(AGENT_GROUPS, environment, findEngineConflicts);
}

/** @throws {InvalidSettingsError} listing everything that is wrong */
export function parseAgentSettings(environment: Environment): AgentSettings {
  return settingsOrThrow(readAgentSettings(environment));
}
