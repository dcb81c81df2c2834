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

/** The settings of a canary run. */
export const CANARY_GROUP = {
  title: 'Canary',
  settings: {
    leaves: withDefault(integer(1, MAX_LEAVES), '8', {
      flag: 'leaves',
      variable: 'COPPICE_CANARY_LEAVES',
      description: 'Leaves of the tree; n leaves also need n - 2 merges and a root',
    }),
    work: withDefault(oneOf(['1', '2', '3', '4']), '1', {
      flag: 'work',
      variable: 'COPPICE_CANARY_WORK',
      description: 'Size of a leaf; each step is four times the one before',
    }),
    agents: optional(integer(1, 64), {
      flag: 'agents',
      variable: 'COPPICE_CANARY_AGENTS',
      description: 'Agents to start, one process each; they share the cores',
      defaultNote: 'one per core, if there are 4 GiB of memory for each',
    }),
    withoutAgents: withDefault(switchKind, 'false', {
      flag: 'no-agents',
      variable: 'COPPICE_CANARY_NO_AGENTS',
      description: 'Start no agents; the running fleet proves, with agents started with --agent-families canary',
    }),
    crs: optional(oneOf(CrsKind.options), {
      flag: 'crs',
      variable: 'COPPICE_CANARY_CRS',
      description:
        'Reference string (CRS) for the proofs; development: the insecure one from coppice crs --development',
      defaultNote: 'ceremony with --l1, otherwise development',
    }),
    crsDirectory: PROVER_SETTINGS.settings.crsDirectory,
    l1RpcUrl: optional(secretUrl, {
      flag: 'l1',
      variable: 'COPPICE_CANARY_L1',
      description: 'RPC URL of an L1 node; the contract is deployed to its chain',
      defaultNote: 'a local L1 that is stopped at the end',
    }),
    l1Port: withDefault(port, '0', {
      flag: 'l1-port',
      variable: 'COPPICE_CANARY_L1_PORT',
      description: 'Port of the local L1, on the loopback interface; 0: any free port',
    }),
    rollupAddress: optional(address, {
      flag: 'canary-rollup',
      variable: 'COPPICE_CANARY_ROLLUP',
      description: "Address of the canary's contract from an earlier run on that L1, to continue from its state",
      defaultNote: 'a new contract',
    }),
    proverPublisherPrivateKeys: PUBLISHER_SETTINGS.settings.proverPublisherPrivateKeys,
    agentDollarsPerHour: optional(decimal(0), {
      flag: 'agent-dollars-per-hour',
      variable: 'COPPICE_CANARY_AGENT_DOLLARS_PER_HOUR',
      description: 'Price of one agent per hour in US dollars, for the report',
      defaultNote: "Fargate's price for its threads, with 4 GB per thread",
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
    problems.push(`${nameOf(l1RpcUrl)} needs an account to pay for gas: set ${proverPublisherPrivateKeys.variable}`);
  }
  // The agents that the canary starts share one folder.
  for (const setting of [ENGINE_SETTINGS.settings.engineDirectory, ENGINE_SETTINGS.settings.proofStore]) {
    if (isGiven(setting) && settings.withoutAgents === false) {
      problems.push(`${nameOf(setting)} is for a running fleet: add ${nameOf(withoutAgents)}`);
    }
  }
  if (isGiven(rollupAddress) && !isGiven(l1RpcUrl)) {
    problems.push(`${nameOf(rollupAddress)} needs the L1 of that earlier run: add ${nameOf(l1RpcUrl)}`);
  }
  return problems;
}
