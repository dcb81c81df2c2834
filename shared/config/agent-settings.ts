import { AZTEC_CIRCUITS } from '../proving-job/aztec-circuits.ts';
import { Pool } from '../proving-job/circuit-catalogue.ts';
import type { AgentId } from '../ledger/job-ledger.ts';
import { AgentId as AgentIdSchema } from '../ledger/job-ledger.ts';
import { ENGINE_SETTINGS } from './engine-settings.ts';
import {
  parseSettings,
  settingsOrThrow,
  type Environment,
  type ParsedSettings,
  type SettingsOfGroups,
} from './parse-settings.ts';
import { PROCESS_SETTINGS } from './process-settings.ts';
import { PROVER_SETTINGS } from './prover-settings.ts';
import { optional, withDefault, type SettingGroup, type ValueKind } from './setting.ts';
import { decimal, integer, listOf, oneOf } from './value-kinds.ts';

const PROOF_TYPES = Object.keys(AZTEC_CIRCUITS) as [keyof typeof AZTEC_CIRCUITS, ...(keyof typeof AZTEC_CIRCUITS)[]];

const agentId: ValueKind<AgentId> = {
  schema: AgentIdSchema,
  allowed: '1 to 128 characters',
  placeholder: '<id>',
  isSecret: false,
};

/** What an agent takes on, and how its simulated proofs behave. */
export const AGENT_GROUP = {
  title: 'Agents',
  settings: {
    agentCount: withDefault(integer(0, 1024), '1', {
      flag: 'proverAgent.proverAgentCount',
      flagAliases: ['agents'],
      variable: 'PROVER_AGENT_COUNT',
      description: 'Agents that --prover-agent starts, each a process of its own',
    }),
    agentId: optional(agentId, {
      flag: 'agent-id',
      variable: 'COPPICE_AGENT_ID',
      description: "The agent's name in the ledger; of several agents, what their names begin with",
      defaultNote: 'host name and process id',
    }),
    pools: withDefault(
      listOf(oneOf(Pool.options as unknown as ['small', 'medium', 'large', 'gpu'])),
      Pool.options.join(','),
      {
        flag: 'agent-pools',
        variable: 'COPPICE_AGENT_POOLS',
        description: 'Sizes of job that the agent takes, in the order in which it asks for them',
      },
    ),
    proofTypes: withDefault(listOf(oneOf(PROOF_TYPES)), PROOF_TYPES.join(','), {
      flag: 'proverAgent.proverAgentProofTypes',
      variable: 'PROVER_AGENT_PROOF_TYPES',
      description: 'Circuits that the agent proves; jobs of others are left to other agents',
    }),
    agentMemoryMib: optional(integer(64), {
      flag: 'agent-memory-mib',
      variable: 'COPPICE_AGENT_MEMORY_MIB',
      description: 'Memory that one agent may count on, in MiB',
      defaultNote: "the machine's, shared between its agents",
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
  return parseSettings(AGENT_GROUPS, environment);
}

/** @throws {InvalidSettingsError} listing everything that is wrong */
export function parseAgentSettings(environment: Environment): AgentSettings {
  return settingsOrThrow(readAgentSettings(environment));
}
