import { fleetPools, fleetPoolsOfLines } from '../../shared/agent-fleet/fleet-pools.ts';
import type { Environment } from '../../shared/config/parse-settings.ts';
import { optional, required, type SettingGroup, withDefault } from '../../shared/config/setting.ts';
import { decimal, integer, switchKind } from '../../shared/config/value-kinds.ts';
import { parseFunctionSettings, type SettingsOfFunction } from '../../shared/lambda/function-settings.ts';
import { ENV } from './env.ts';
import { DEFAULT_SCALING_POLICY } from './decide/fleet-state.ts';

export const SCALE_FLEET_GROUP = {
  title: 'The fleet to scale',
  settings: {
    fleetPools: required(fleetPools, {
      flag: 'fleet-pools',
      variable: ENV.FLEET_POOLS,
      description: 'The pools that have agents, their limits, and the price of an agent',
    }),
    fleetPoolsOfLines: optional(fleetPoolsOfLines, {
      flag: 'fleet-pools-of-lines',
      variable: ENV.FLEET_POOLS_OF_LINES,
      description: 'The same of version lines that have other pools',
      defaultNote: 'the pools above, for each line',
    }),
    budgetDollarsPerHour: optional(decimal(0), {
      flag: 'fleet-dollars-per-hour',
      variable: ENV.FLEET_DOLLARS_PER_HOUR,
      description: 'What all agents together may cost in an hour; agents that are proving are never stopped for it',
      defaultNote: 'no limit other than those of the pools',
    }),
    mayCrossBudget: withDefault(switchKind, 'false', {
      flag: 'fleet-may-cross-budget',
      variable: ENV.FLEET_MAY_CROSS_BUDGET,
      description: 'Exceed that limit when an epoch would otherwise be missed',
    }),
    marginSeconds: withDefault(integer(0, 86_400), String(DEFAULT_SCALING_POLICY.marginSeconds), {
      flag: 'fleet-margin-seconds',
      variable: ENV.FLEET_MARGIN_SECONDS,
      description: 'How long before its deadline an epoch should be done, as a reserve for the unexpected',
    }),
  },
} as const satisfies SettingGroup;

export type ScaleFleetSettings = SettingsOfFunction<readonly [typeof SCALE_FLEET_GROUP]>;

/** @throws {InvalidSettingsError} listing everything that is wrong */
export function parseScaleFleetSettings(variables: Environment): ScaleFleetSettings {
  return parseFunctionSettings([SCALE_FLEET_GROUP], variables);
}
