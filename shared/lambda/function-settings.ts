import { ENGINE_SETTINGS, findEngineConflicts } from '../config/groups/engine-settings.ts';
import {
  type Environment,
  type IsGiven,
  parseSettings,
  settingsOrThrow,
  type SettingsOfGroups,
} from '../config/parse-settings.ts';
import { PROCESS_SETTINGS } from '../config/groups/process-settings.ts';
import type { SettingGroup } from '../config/setting.ts';

/** The settings of every function. */
export const FUNCTION_GROUPS = [ENGINE_SETTINGS, PROCESS_SETTINGS] as const;
export type FunctionSettings = SettingsOfGroups<typeof FUNCTION_GROUPS>;
/** The settings of every function, and a function's own. */
export type SettingsOfFunction<Own extends readonly SettingGroup[]> = SettingsOfGroups<
  readonly [...typeof FUNCTION_GROUPS, ...Own]
>;

/** A function's environment, in which the engine defaults to `aws` and metrics are on. */
export function functionEnvironment(variables: Environment): Environment {
  const { engine } = ENGINE_SETTINGS.settings;
  const { metrics } = PROCESS_SETTINGS.settings;
  return {
    ...variables,
    [engine.variable]: variables[engine.variable] ?? 'aws',
    [metrics.variable]: variables[metrics.variable] ?? 'emf',
  };
}

/** For the `check` of `parseSettings`. */
export function findFunctionConflicts(settings: Partial<FunctionSettings>, isGiven: IsGiven): readonly string[] {
  const { variable } = ENGINE_SETTINGS.settings.engine;
  return [
    ...(settings.engine === 'embedded' ? [`${variable} must be aws for a function, or not be set`] : []),
    ...findEngineConflicts(settings, isGiven),
  ];
}

/**
 * The settings of a function: those of every function, and its own.
 * @throws {InvalidSettingsError} listing everything that is wrong
 */
export function parseFunctionSettings<const Own extends readonly SettingGroup[]>(
  own: Own,
  variables: Environment,
): SettingsOfFunction<Own> {
  const groups = [...FUNCTION_GROUPS, ...own] as const;
  return settingsOrThrow(parseSettings(groups, functionEnvironment(variables), findFunctionConflicts));
}
