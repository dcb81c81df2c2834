import { CANARY_GROUPS, readCanarySettings } from '../../../shared/config/groups/canary-settings.ts';
import { ENGINE_SETTINGS } from '../../../shared/config/groups/engine-settings.ts';
import { ENV_FILE_GROUP } from '../../../shared/config/groups/env-file-settings.ts';
import { InvalidSettingsError } from '../../../shared/config/errors.ts';
import { textOf } from '../../../shared/config/parse-settings.ts';
import { adoptAwsVariables } from '../command-line/adopt-aws-variables.ts';
import type { Command } from '../command-line/command.ts';
import { printNotices } from '../../terminal/print.ts';
import { readCommandLine } from '../command-line/read-command-line.ts';
import { newDataDirectory } from '../../local-fleet/local-run.ts';
import { assertDevelopmentPackages } from './development-packages.ts';

export const CANARY_COMMAND: Command = {
  name: 'canary',
  usage: '[flags]',
  summary: 'try a fleet with real proofs: a small recursion tree, verified on L1',
  explanation: [
    'Starts an L1 with a contract and agents, all on this machine; has them prove a tree of small circuits with bb; shows it ' +
      'while they do; ends when the contract has verified the root, with a report: seconds per circuit, how busy bb was, ' +
      'queue and store time per job, dollars, and how many leaves an hour this fleet proves.',
    'With --no-agents it starts none, and a fleet that is there proves: name its engine (--engine aws --aws-prefix …, or ' +
      '--data-directory), and give some of its agents --agent-families aztec,canary. With --l1 it proves to another chain; its ' +
      "key should be one that the fleet's own submissions do not use.",
    'All is kept in data/canary-<time>, or with --no-agents in data, unless --data-directory names a folder. An epoch that ' +
      'was cut off is taken up again by the same command with the same folder: what is proven is not proven again.',
    'The development CRS, of which anybody can forge proofs, is refused where the chain is not for development.',
  ],
  switchTitle: '',
  switches: [],
  groups: [...CANARY_GROUPS, ENV_FILE_GROUP],
  takesSuperseded: false,
  run,
};

async function run(argv: readonly string[]): Promise<number> {
  const line = readCommandLine(argv, CANARY_COMMAND);
  printNotices(line.notices);
  const environment = withDirectory(line.environment);
  const { settings, problems } = readCanarySettings(environment);
  const words = line.words.map((word) => `'${word}' is no flag: settings begin with --`);
  if (settings === undefined || line.problems.length + words.length > 0) {
    throw new InvalidSettingsError([...line.problems, ...words, ...problems]);
  }
  adoptAwsVariables(environment);
  assertDevelopmentPackages('canary');
  const { runCanary } = await import('../../canary/run-canary.ts');
  return runCanary(settings);
}

/** A new data directory for agents that the canary starts itself, unless one is named. */
function withDirectory(environment: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { dataDirectory } = ENGINE_SETTINGS.settings;
  const isNamed = textOf(dataDirectory, environment) !== undefined;
  if (isNamed || readCanarySettings(environment).settings?.withoutAgents === true) return environment;
  return { ...environment, [dataDirectory.variable]: newDataDirectory('canary') };
}
