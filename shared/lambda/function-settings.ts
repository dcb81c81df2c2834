import { ENGINE_SETTINGS, findEngineConflicts } from '../config/engine-settings.ts';
import type { Environment, IsGiven, SettingsOfGroups } from '../config/parse-settings.ts';
import { PROCESS_SETTINGS } from '../config/process-settings.ts';

/** What every function reads. */
export const FUNCTION_GROUPS = [ENGINE_SETTINGS, PROCESS_SETTINGS] as const;
export type FunctionSettings = SettingsOfGroups<typeof FUNCTION_GROUPS>;

/** A function's environment: its engine need not be named, and it is measured unless it is told otherwise. */
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
