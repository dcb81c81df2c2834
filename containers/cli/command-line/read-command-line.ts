import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { ENV_FILE_GROUP, NO_ENV_FILE } from '../../../shared/config/groups/env-file-settings.ts';
import { KNOWN_SETTINGS, settingsIn } from '../../../shared/config/groups/known-settings.ts';
import { mergeSources } from '../../../shared/config/merge-sources.ts';
import { parseFlags } from '../../../shared/config/parse-flags.ts';
import { textOf, type Environment } from '../../../shared/config/parse-settings.ts';
import { PROVER_SETTINGS } from '../../../shared/config/groups/prover-settings.ts';
import { nameOf } from '../../../shared/config/setting.ts';
import { readEnvFile } from '../../../shared/config/read-env-file.ts';
import { SUPERSEDED_SETTINGS } from '../../../shared/config/aztec/superseded-settings.ts';
import type { Command } from './command.ts';

export interface CommandLine {
  /** What the flags, the process's environment and the `.env` file say together. */
  readonly environment: Readonly<Record<string, string>>;
  readonly switches: ReadonlySet<string>;
  readonly words: readonly string[];
  readonly problems: readonly string[];
  readonly notices: readonly string[];
}

/** What the launcher finds among the packages and passes on, for whoever names no prover of their own. */
const PACKAGES = fileURLToPath(new URL('../../../node_modules/', import.meta.url));

/** Reads everything that a command is told, without yet asking whether the settings are right. */
export function readCommandLine(
  argv: readonly string[],
  command: Pick<Command, 'groups' | 'switches' | 'takesSuperseded'>,
  { environment = process.env, workingDirectory = process.cwd() } = {},
): CommandLine {
  const flags = parseFlags(argv, {
    settings: [
      ...settingsIn([...command.groups, ENV_FILE_GROUP]),
      ...(command.takesSuperseded ? SUPERSEDED_SETTINGS : []),
    ],
    switches: command.switches,
  });
  const { envFile } = ENV_FILE_GROUP.settings;
  const file = readChosenFile(flags.texts.get(envFile.variable) ?? textOf(envFile, environment), workingDirectory);
  const merged = mergeSources(
    {
      flags: flags.texts,
      environment: hasOwnBb(file.variables) ? withoutBundledBb(environment) : environment,
      envFile: file.variables,
    },
    KNOWN_SETTINGS,
    SUPERSEDED_SETTINGS,
  );
  return {
    environment: merged.environment,
    switches: flags.switches,
    words: flags.words,
    problems: [...flags.problems, ...file.problems, ...merged.problems],
    notices: merged.notices,
  };
}

function hasOwnBb(variables: Environment): boolean {
  return textOf(PROVER_SETTINGS.settings.bbBinaryPath, variables) !== undefined;
}

/** The launcher's choice is a default, though it comes as a variable: a file is to win over it. */
function withoutBundledBb(environment: Environment): Environment {
  const { variable } = PROVER_SETTINGS.settings.bbBinaryPath;
  return environment[variable]?.startsWith(PACKAGES) === true ? { ...environment, [variable]: undefined } : environment;
}

function readChosenFile(
  chosen: string | undefined,
  workingDirectory: string,
): { readonly variables: Environment; readonly problems: readonly string[] } {
  if (chosen === NO_ENV_FILE) return { variables: {}, problems: [] };
  const file = path.resolve(workingDirectory, chosen ?? '.env');
  const read = readEnvFile(file);
  if (read === undefined) {
    const isMissing = chosen !== undefined;
    return {
      variables: {},
      problems: isMissing ? [`${nameOf(ENV_FILE_GROUP.settings.envFile)}: there is no file ${file}`] : [],
    };
  }
  return { variables: read.variables ?? {}, problems: read.problems };
}
