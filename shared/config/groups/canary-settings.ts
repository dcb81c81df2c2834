import { CrsKind } from '../../crs/crs-kind.ts';
import { MAX_LEAVES } from '../../proving-job/epoch-shape.ts';
import { ENGINE_SETTINGS, findEngineConflicts } from './engine-settings.ts';
import {
  parseSettings,
  type Environment,
  type IsGiven,
  type ParsedSettings,
  type SettingsOfGroups,
} from '../parse-settings.ts';
import { PROVER_SETTINGS } from './prover-settings.ts';
import { PUBLISHER_SETTINGS } from './publisher-settings.ts';
import { nameOf, optional, withDefault, type SettingGroup } from '../setting.ts';
import { address } from '../ethereum-kinds.ts';
import { secretUrl } from '../url-kinds.ts';
import { decimal, integer, oneOf, port, switchKind } from '../value-kinds.ts';

/** What a canary epoch can be told. */
export const CANARY_GROUP = {
  title: 'Canary',
  settings: {
    leaves: withDefault(integer(1, MAX_LEAVES), '8', {
      flag: 'leaves',
      variable: 'COPPICE_CANARY_LEAVES',
      description: 'Leaves of the tree; above them are as many merges, less two, and the root',
    }),
    work: withDefault(oneOf(['1', '2', '3', '4']), '1', {
      flag: 'work',
      variable: 'COPPICE_CANARY_WORK',
      description: 'How much a leaf does: each step is four times the one before it',
    }),
    agents: optional(integer(1, 64), {
      flag: 'agents',
      variable: 'COPPICE_CANARY_AGENTS',
      description: 'Agents to start, each a process of its own; they share the cores',
      defaultNote: 'one for each core, as far as there are 4 GiB of memory for each',
    }),
    withoutAgents: withDefault(switchKind, 'false', {
      flag: 'no-agents',
      variable: 'COPPICE_CANARY_NO_AGENTS',
      description: 'Start none: the fleet of this engine proves, with agents that have --agent-families canary',
    }),
    crs: optional(oneOf(CrsKind.options), {
      flag: 'crs',
      variable: 'COPPICE_CANARY_CRS',
      description: 'Reference string of the proofs; development: the insecure one, of coppice crs --development',
      defaultNote: 'development on an L1 of its own, ceremony with --l1',
    }),
    crsDirectory: PROVER_SETTINGS.settings.crsDirectory,
    l1RpcUrl: optional(secretUrl, {
      flag: 'l1',
      variable: 'COPPICE_CANARY_L1',
      description: 'An L1 node to prove to; its chain gets the contract',
      defaultNote: 'an L1 of its own, which ends with it',
    }),
    l1Port: withDefault(port, '0', {
      flag: 'l1-port',
      variable: 'COPPICE_CANARY_L1_PORT',
      description: 'Port of its own L1, on the loopback interface; 0: any that is free',
    }),
    rollupAddress: optional(address, {
      flag: 'canary-rollup',
      variable: 'COPPICE_CANARY_ROLLUP',
      description: "The canary's contract on that L1, from an earlier run: the tree goes on from its state",
      defaultNote: 'a new one',
    }),
    proverPublisherPrivateKeys: PUBLISHER_SETTINGS.settings.proverPublisherPrivateKeys,
    agentDollarsPerHour: optional(decimal(0), {
      flag: 'agent-dollars-per-hour',
      variable: 'COPPICE_CANARY_AGENT_DOLLARS_PER_HOUR',
      description: 'What an hour of one agent costs, for the report',
      defaultNote: "Fargate's price for its threads, and 4 GB for each",
    }),
  },
} as const satisfies SettingGroup;

export const CANARY_GROUPS = [CANARY_GROUP, ENGINE_SETTINGS] as const;
export type CanarySettings = SettingsOfGroups<typeof CANARY_GROUPS>;

export function readCanarySettings(environment: Environment): ParsedSettings<CanarySettings> {
  return parseSettings(CANARY_GROUPS, environment, findConflicts);
}

function findConflicts(settings: Partial<CanarySettings>, isGiven: IsGiven): readonly string[] {
  const { l1RpcUrl, proverPublisherPrivateKeys, rollupAddress, withoutAgents } = CANARY_GROUP.settings;
  const problems = [...findEngineConflicts(settings, isGiven)];
  if (isGiven(l1RpcUrl) && !isGiven(proverPublisherPrivateKeys)) {
    problems.push(`${nameOf(l1RpcUrl)} needs an account that pays: give ${proverPublisherPrivateKeys.variable}`);
  }
  // Its own agents are told one folder.
  for (const setting of [ENGINE_SETTINGS.settings.engineDirectory, ENGINE_SETTINGS.settings.proofStore]) {
    if (isGiven(setting) && settings.withoutAgents === false) {
      problems.push(`${nameOf(setting)} is for a fleet that is there: give ${nameOf(withoutAgents)} as well`);
    }
  }
  if (isGiven(rollupAddress) && !isGiven(l1RpcUrl)) {
    problems.push(`${nameOf(rollupAddress)} is on an L1 of an earlier run: give ${nameOf(l1RpcUrl)}`);
  }
  return problems;
}
