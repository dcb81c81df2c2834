import { fleetPools } from '../../shared/agent-fleet/fleet-pools.ts';
import {
  type Environment,
  parseSettings,
  settingsOrThrow,
  type SettingsOfGroups,
} from '../../shared/config/parse-settings.ts';
import { required, type SettingGroup } from '../../shared/config/setting.ts';
import { findFunctionConflicts, FUNCTION_GROUPS, functionEnvironment } from '../../shared/lambda/function-settings.ts';
import { ENV } from './env.ts';

export const SCALE_FLEET_GROUP = {
  title: 'The fleet that is scaled',
  settings: {
    fleetPools: required(fleetPools, {
      flag: 'fleet-pools',
      variable: ENV.FLEET_POOLS,
      description: 'The pools that have agents, their limits, and what an agent costs',
    }),
  },
} as const satisfies SettingGroup;

const GROUPS = [...FUNCTION_GROUPS, SCALE_FLEET_GROUP] as const;
export type ScaleFleetSettings = SettingsOfGroups<typeof GROUPS>;

/** @throws {InvalidSettingsError} listing everything that is wrong */
export function parseScaleFleetSettings(variables: Environment): ScaleFleetSettings {
  return settingsOrThrow(parseSettings(GROUPS, functionEnvironment(variables), findFunctionConflicts));
}
