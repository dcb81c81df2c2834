import { L1_SETTINGS } from '../../shared/config/groups/l1-settings.ts';
import type { Environment } from '../../shared/config/parse-settings.ts';
import { optional, type SettingGroup } from '../../shared/config/setting.ts';
import { address } from '../../shared/config/ethereum-kinds.ts';
import { listOf } from '../../shared/config/value-kinds.ts';
import { parseFunctionSettings, type SettingsOfFunction } from '../../shared/lambda/function-settings.ts';
import { ENV } from './env.ts';

const { l1RpcUrls, l1ChainId, registryAddress, rollupVersion } = L1_SETTINGS.settings;

/** What to watch, in the variables of the prover node. */
export const WATCH_L1_GROUP = {
  title: 'What to watch on L1',
  settings: {
    l1RpcUrls,
    l1ChainId,
    registryAddress,
    rollupVersion,
    publisherAddresses: optional(listOf(address), {
      flag: 'publisher-addresses',
      variable: ENV.PUBLISHER_ADDRESSES,
      description: 'L1 accounts that submit proofs, whose balance is watched',
    }),
  },
} as const satisfies SettingGroup;

export type WatchL1Settings = SettingsOfFunction<readonly [typeof WATCH_L1_GROUP]>;

/** @throws {InvalidSettingsError} listing everything that is wrong */
export function parseWatchL1Settings(variables: Environment): WatchL1Settings {
  return parseFunctionSettings([WATCH_L1_GROUP], variables);
}
