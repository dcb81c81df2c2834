import { z } from 'zod';

import { ENGINE_SETTINGS } from './engine-settings.ts';
import { CrsKind } from '../../crs/crs-kind.ts';
import { PROVER_SETTINGS } from './prover-settings.ts';
import { parseSettings, type Environment, type ParsedSettings, type SettingsOfGroups } from '../parse-settings.ts';
import { optional, withDefault, type SettingGroup } from '../setting.ts';
import { integer, kind, oneOf, path, port, switchKind } from '../value-kinds.ts';

/** Whose programs: ours, or Aztec's own of the same version, through our broker. */
export const Maker = z.enum(['coppice', 'official']);
export type Maker = z.infer<typeof Maker>;

/** Whose agents, and how they get their jobs: Aztec's own through our broker, or each through a gateway beside it, as on AWS. */
const AgentsKind = z.enum([...Maker.options, 'gateway']);

/** The agents of a devnet. */
export interface DevnetAgents {
  readonly kind: z.infer<typeof AgentsKind>;
  /** Each is a process, and so is each gateway. */
  readonly count: number;
}

const DEFAULT_AGENTS = 2;

const agentsKind = kind(
  z
    .string()
    .regex(/^(?:(?:coppice|official|gateway)(?::\d+)?|\d+)$/)
    .transform((line): DevnetAgents => {
      const [, of, count] = /^([a-z]+)?:?(\d+)?$/.exec(line) ?? [];
      return { kind: AgentsKind.parse(of ?? 'coppice'), count: Number(count ?? DEFAULT_AGENTS) };
    })
    .refine(({ count }) => count >= 1 && count <= 64),
  'a number from 1 to 64; coppice, official or gateway; or both, such as official:4',
  '<agents>',
);

/** The settings of a devnet run. */
export const DEVNET_GROUP = {
  title: 'Devnet',
  settings: {
    engine: ENGINE_SETTINGS.settings.engine,
    epochs: withDefault(integer(1, 1000), '1', {
      flag: 'epochs',
      variable: 'COPPICE_DEVNET_EPOCHS',
      description: 'Epochs to prove on L1 before the run ends',
    }),
    node: withDefault(oneOf(Maker.options), 'coppice', {
      flag: 'node',
      variable: 'COPPICE_DEVNET_NODE',
      description: "The prover node: ours, or Aztec's own, which works through our broker",
    }),
    agents: withDefault(agentsKind, String(DEFAULT_AGENTS), {
      flag: 'agents',
      variable: 'COPPICE_DEVNET_AGENTS',
      description:
        "Agents to start, one process each: ours, Aztec's own through our broker (official, official:4), or Aztec's own, each " +
        'beside a gateway on the engine (gateway)',
    }),
    realProofs: withDefault(switchKind, 'false', {
      flag: 'real-proofs',
      variable: 'COPPICE_DEVNET_REAL_PROOFS',
      description:
        "Prove Aztec's own circuits with bb, for an epoch of one checkpoint without transactions, to a contract that verifies them",
    }),
    crs: withDefault(oneOf(CrsKind.options), 'development', {
      flag: 'crs',
      variable: 'COPPICE_DEVNET_CRS',
      description:
        "Reference string (CRS) for real proofs. ceremony: Aztec's, which bb fetches; development: an insecure one, without a network",
    }),
    crsDirectory: PROVER_SETTINGS.settings.crsDirectory,
    keep: withDefault(switchKind, 'false', {
      flag: 'keep',
      variable: 'COPPICE_DEVNET_KEEP',
      description: 'Keep everything running after the report, until Ctrl-C',
    }),
    l1Port: withDefault(port, '0', {
      flag: 'l1-port',
      variable: 'COPPICE_DEVNET_L1_PORT',
      description: 'Port of the L1, on the loopback interface; 0: any free port',
    }),
    nodePort: withDefault(port, '0', {
      flag: 'node-port',
      variable: 'COPPICE_DEVNET_NODE_PORT',
      description: 'Port of the Aztec node with the sequencer, for wallets; 0: any free port',
    }),
    dataDirectory: optional(path, {
      flag: 'data-directory',
      variable: 'COPPICE_DEVNET_DATA_DIRECTORY',
      description: 'Folder for all data of the run; new or empty, or with real proofs that of a run to continue',
      defaultNote: 'data/devnet-<time> in the working directory',
    }),
  },
} as const satisfies SettingGroup;

export const DEVNET_GROUPS = [DEVNET_GROUP] as const;

export type DevnetSettings = SettingsOfGroups<typeof DEVNET_GROUPS>;

export function readDevnetSettings(environment: Environment): ParsedSettings<DevnetSettings> {
  return parseSettings(DEVNET_GROUPS, environment);
}
