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
import { readArgument } from './argument.ts';
import { type Command, type CommandLine, switchesOf } from './command.ts';

/** Holds the `bb` that the launcher passes on where no other is given. */
const PACKAGES = fileURLToPath(new URL('../../../node_modules/', import.meta.url));

/**
 * Reads a command line, and merges its flags with the process's environment and the `.env` file. Values of settings are
 * not checked yet.
 * @param argv what stands after the command's name
 */
export function readCommandLine<T>(
  argv: readonly string[],
  command: Command<T>,
  { environment = process.env, workingDirectory = process.cwd() } = {},
): CommandLine<T> {
  const flags = parseFlags(argv, {
    settings: [
      ...settingsIn([...command.groups, ENV_FILE_GROUP]),
      ...(command.takesSuperseded === true ? SUPERSEDED_SETTINGS : []),
    ],
    switches: switchesOf(command),
  });
  const { envFile } = ENV_FILE_GROUP.settings;
  const chosenFile = flags.texts.get(envFile.variable) ?? textOf(envFile, environment);
  const file = readChosenFile(chosenFile, workingDirectory, environment);
  const merged = mergeSources(
    {
      flags: flags.texts,
      environment: hasOwnBb(file.variables) ? withoutBundledBb(environment) : environment,
      envFile: file.variables,
    },
    KNOWN_SETTINGS,
    SUPERSEDED_SETTINGS,
  );
  const { argument, problems } = readArgument(
    flags.words,
    command.argument,
    `coppice ${command.name} ${command.usage}`,
  );
  return {
    environment: merged.environment,
    switches: flags.switches,
    argument,
    problems: [...flags.problems, ...problems, ...file.problems, ...merged.problems],
    notices: merged.notices,
  };
}

function hasOwnBb(variables: Environment): boolean {
  return textOf(PROVER_SETTINGS.settings.bbBinaryPath, variables) !== undefined;
}

/** The launcher's choice is a default, though it comes as a variable: a file wins over it. */
function withoutBundledBb(environment: Environment): Environment {
  const { variable } = PROVER_SETTINGS.settings.bbBinaryPath;
  return environment[variable]?.startsWith(PACKAGES) === true ? { ...environment, [variable]: undefined } : environment;
}

function readChosenFile(
  chosen: string | undefined,
  workingDirectory: string,
  environment: Environment,
): { readonly variables: Environment; readonly problems: readonly string[] } {
  if (chosen === NO_ENV_FILE) return { variables: {}, problems: [] };
  const file = path.resolve(workingDirectory, chosen ?? '.env');
  const read = readEnvFile(file, environment);
  if (read === undefined) {
    const isMissing = chosen !== undefined;
    return {
      variables: {},
      problems: isMissing ? [`${nameOf(ENV_FILE_GROUP.settings.envFile)}: file not found: ${file}`] : [],
    };
  }
  return { variables: read.variables ?? {}, problems: read.problems };
}
