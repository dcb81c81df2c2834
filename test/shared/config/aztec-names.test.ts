import { archiverConfigMappings } from '@aztec/archiver/config';
import type { ConfigMapping } from '@aztec/foundation/config';
import { sharedNodeConfigMappings } from '@aztec/node-lib/config';
import { p2pConfigMappings } from '@aztec/p2p/config';
import { proverAgentConfigMappings, proverBrokerConfigMappings } from '@aztec/prover-client/broker/config';
import { proverNodeConfigMappings } from '@aztec/prover-node/config';
import { telemetryClientConfigMappings } from '@aztec/telemetry-client/config';
import { worldStateConfigMappings } from '@aztec/world-state/config';
import { describe, expect, it } from 'vitest';

import { KNOWN_SETTINGS } from '../../../shared/config/groups/known-settings.ts';
import { SUPERSEDED_SETTINGS } from '../../../shared/config/aztec/superseded-settings.ts';

type AztecTable = Readonly<Record<string, ConfigMapping>>;

/** Aztec's tables by the beginning of their flags, as its own command line has them. */
const AZTEC_TABLES: Readonly<Record<string, AztecTable>> = {
  archiver: archiverConfigMappings,
  node: { ...sharedNodeConfigMappings, ...archiverConfigMappings, ...proverNodeConfigMappings },
  p2p: p2pConfigMappings,
  proverAgent: proverAgentConfigMappings,
  proverBroker: proverBrokerConfigMappings,
  proverNode: proverNodeConfigMappings,
  tel: telemetryClientConfigMappings,
  worldState: worldStateConfigMappings,
};

/** Every mapping that has a variable, by that variable. */
const MAPPING_BY_VARIABLE = new Map(
  Object.values(AZTEC_TABLES)
    .flatMap((table) => Object.values(table))
    .flatMap((mapping) => [mapping, ...Object.values(mapping.nested ?? {})])
    .flatMap((mapping) => (mapping.env === undefined ? [] : [[mapping.env as string, mapping] as const])),
);

function mappingOfFlag(flag: string): ConfigMapping | undefined {
  const [table = '', key = ''] = flag.split('.');
  return AZTEC_TABLES[table]?.[key];
}

const aztecSettings = KNOWN_SETTINGS.filter(({ variable }) => MAPPING_BY_VARIABLE.has(variable));

describe("the settings that are Aztec's", () => {
  it('are most of them', () => {
    expect(aztecSettings.length).toBeGreaterThan(100);
  });

  it('have the defaults that they have in Aztec', () => {
    // A folder where Aztec would keep the data in memory; a word and a list where Aztec has nothing, to the same effect;
    // amounts in wei, compared below.
    const amounts = ['L1_GAS_PRICE_MAX', 'L1_MINIMUM_PRIORITY_FEE_PER_GAS_GWEI'];
    const knownToDiffer = ['DATA_DIRECTORY', 'ROLLUP_VERSION', 'PROVER_AGENT_PROOF_TYPES', ...amounts];
    const compared = aztecSettings.filter(
      ({ variable, defaultText }) => defaultText !== undefined && !knownToDiffer.includes(variable),
    );
    const ours = compared.map(({ variable, kind, defaultText }) => [variable, kind.parse(defaultText ?? '').data]);
    const aztecs = compared.map(({ variable }) => [
      variable,
      (MAPPING_BY_VARIABLE.get(variable) as { defaultValue?: unknown }).defaultValue,
    ]);
    expect(ours).toEqual(aztecs);
    for (const { variable, defaultText } of aztecSettings.filter((setting) => amounts.includes(setting.variable))) {
      expect(MAPPING_BY_VARIABLE.get(variable)).toMatchObject({ defaultValue: Number(defaultText) });
    }
  });

  it('go by all the names that they have in Aztec', () => {
    const missing = aztecSettings.flatMap(({ variable, variableAliases = [] }) =>
      (MAPPING_BY_VARIABLE.get(variable)?.fallback ?? []).filter((alias) => !variableAliases.includes(alias)),
    );
    expect(missing).toEqual([]);
  });

  it("stand for the same variables as Aztec's flags", () => {
    const flags = [...KNOWN_SETTINGS, ...SUPERSEDED_SETTINGS].flatMap(({ flag, flagAliases = [], variable }) =>
      [flag, ...flagAliases].map((name) => [name, variable] as const),
    );
    const others = flags.filter(([flag, variable]) => {
      // Aztec has keys without a variable; ours then have one of their own.
      const aztecVariable = mappingOfFlag(flag)?.env;
      return aztecVariable !== undefined && aztecVariable !== variable;
    });
    expect(others).toEqual([]);
    expect(flags.filter(([flag]) => mappingOfFlag(flag) !== undefined).length).toBeGreaterThan(100);
  });
});

describe('the settings as a whole', () => {
  it('give each variable to one setting', () => {
    const variables = [...KNOWN_SETTINGS, ...SUPERSEDED_SETTINGS].flatMap((setting) => [
      setting.variable,
      ...('variableAliases' in setting ? (setting.variableAliases ?? []) : []),
    ]);
    expect(variables.filter((variable, index) => variables.indexOf(variable) !== index)).toEqual([]);
  });

  it('have defaults that are valid', () => {
    const invalid = KNOWN_SETTINGS.filter(
      ({ kind, defaultText }) => defaultText !== undefined && !kind.parse(defaultText).success,
    );
    expect(invalid.map(({ variable }) => variable)).toEqual([]);
  });

  it("are Aztec's by name, or begin with COPPICE_", () => {
    const notAztec = KNOWN_SETTINGS.map(({ variable }) => variable).filter(
      (variable) => !variable.startsWith('COPPICE_') && !MAPPING_BY_VARIABLE.has(variable),
    );
    expect(notAztec).toMatchInlineSnapshot(`
      [
        "NETWORK",
        "NETWORK_CONFIG_LOCATION",
        "AZTEC_PORT",
        "CRS_PATH",
        "HARDWARE_CONCURRENCY",
        "AWS_REGION",
        "AWS_ENDPOINT_URL",
        "SKIP_ARCHIVER_INITIAL_SYNC",
        "LOG_LEVEL",
        "LOG_JSON",
        "ECS_AGENT_URI",
        "AZTEC_VERSION",
        "PROVER_BROKER_PORT",
        "RPC_MAX_BODY_SIZE",
        "RPC_MAX_BATCH_SIZE",
      ]
    `);
  });
});
