import { textOf, type Environment } from './parse-settings.ts';
import type { Setting } from './setting.ts';
import { suggest } from './suggest.ts';
import type { SupersededSetting } from './aztec/superseded-settings.ts';

/** Where settings come from; flags override the environment, which overrides the file. */
export interface SettingSources {
  /** Texts of flags, by the setting's variable. */
  readonly flags: ReadonlyMap<string, string>;
  readonly environment: Environment;
  readonly envFile: Environment;
}

export interface MergedSources {
  /**
   * One environment: each setting under its main variable only, no blank values, all other variables unchanged.
   */
  readonly environment: Readonly<Record<string, string>>;
  readonly problems: readonly string[];
  /** Warnings for the operator. */
  readonly notices: readonly string[];
}

/** Prefixes of the variables whose likely misspellings are worth a warning. */
const AZTEC_PREFIXES = /^(ACVM|ARCHIVER|AZTEC|BB|BLOB|ETHEREUM|L1|P2P|PROVER|SYNC|TX_COLLECTION|WS)_/;

/** Merges flags, environment and `.env` file into one environment. */
export function mergeSources(
  { flags, environment, envFile }: SettingSources,
  settings: readonly Setting[],
  superseded: readonly SupersededSetting[],
): MergedSources {
  const merged: Record<string, string> = {};
  for (const [name, text] of [...Object.entries(envFile), ...Object.entries(environment)]) {
    if (text !== undefined && text.trim() !== '') merged[name] = text;
  }
  for (const setting of settings) {
    const text = flags.get(setting.variable) ?? textOf(setting, environment) ?? textOf(setting, envFile);
    for (const name of [setting.variable, ...(setting.variableAliases ?? [])]) Reflect.deleteProperty(merged, name);
    if (text !== undefined) merged[setting.variable] = text;
  }

  const known = settings.flatMap(({ variable, variableAliases = [] }) => [variable, ...variableAliases]);
  const names = new Set([...known, ...superseded.map(({ variable }) => variable)]);
  const unknown = Object.keys(merged).filter((name) => !names.has(name));
  return {
    environment: merged,
    problems: unknown.filter((name) => name.startsWith('COPPICE_')).map((name) => describeUnknown(name, known)),
    notices: [
      ...unknown
        .filter((name) => AZTEC_PREFIXES.test(name) && suggest(name, known) !== undefined)
        .map((name) => describeUnknown(name, known)),
      ...superseded
        .filter(({ variable }) => flags.has(variable) || merged[variable] !== undefined)
        .map(({ flag, variable, reason }) => `--${flag} (${variable}) has no effect: ${reason}`),
      ...settings
        .filter(
          ({ kind, variable }) => kind.isSecret && kind.placeholder.startsWith('<private-key>') && flags.has(variable),
        )
        .map(({ flag, variable }) => `--${flag} shows the key to every user of this machine: set ${variable} instead`),
    ],
  };
}

function describeUnknown(name: string, known: readonly string[]): string {
  const closest = suggest(name, known);
  return `unknown variable ${name}${closest === undefined ? '' : `; did you mean ${closest}?`}`;
}

/** Adds the `defaults` of variables that are not in `environment`. Blank defaults are ignored. */
export function applyDefaults(
  environment: Readonly<Record<string, string>>,
  defaults: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const given = Object.entries(defaults).filter(
    ([name, text]) => text.trim() !== '' && environment[name] === undefined,
  );
  return { ...environment, ...Object.fromEntries(given) };
}
