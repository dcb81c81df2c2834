import { CANARY_GROUPS, readCanarySettings } from '../../../shared/config/groups/canary-settings.ts';
import { ENGINE_SETTINGS } from '../../../shared/config/groups/engine-settings.ts';
import { ENV_FILE_GROUP } from '../../../shared/config/groups/env-file-settings.ts';
import { textOf } from '../../../shared/config/parse-settings.ts';
import { exportAwsVariables } from '../command-line/export-aws-variables.ts';
import { localCommand } from '../command-line/local-command.ts';
import { RUN_EVENTS, withRunEvents } from '../json/run-events.ts';
import { newDataDirectory } from '../../local-fleet/local-run.ts';
import { assertDevelopmentPackages } from './development-packages.ts';

export const CANARY_COMMAND = localCommand({
  name: 'canary',
  usage: '',
  summary: 'test a fleet with real proofs: a small recursion tree, verified on L1',
  explanation: [
    'Starts an L1 with a contract and agents, all on this machine; has them prove a tree of small circuits with bb; shows it ' +
      'while they do; ends when the contract has verified the root, with a report: seconds per circuit, how busy bb was, ' +
      'queue and store time per job, dollars, and how many leaves an hour this fleet proves.',
    'With --no-agents it starts none, and an existing fleet proves: name its engine (--engine aws --aws-prefix …, or ' +
      '--data-directory), and give some of its agents --agent-families aztec,canary. With --l1 it proves to another chain; ' +
      "use a key that the fleet's own submissions do not use.",
    'Data is kept in data/canary-<time>, or with --no-agents in data, unless --data-directory names a folder. The same ' +
      'command with the same folder resumes an epoch that was interrupted: proven jobs are not proven again.',
    'The development CRS, under which anybody can forge proofs, is refused on any chain but a development chain.',
  ],
  examples: [
    'coppice canary --leaves 8 --work 1',
    'coppice canary --no-agents --engine aws --aws-prefix coppice --leaves 256 --work 3 --crs ceremony',
  ],
  exitCodes: ['interrupted'],
  switches: [],
  output: RUN_EVENTS,
  groups: [...CANARY_GROUPS, ENV_FILE_GROUP],
  parse: (environment) => readCanarySettings(withDirectory(environment)),
  execute: async (settings, { environment, switches }) => {
    exportAwsVariables(environment);
    assertDevelopmentPackages('canary');
    const { runCanary } = await import('../../canary/run-canary.ts');
    return withRunEvents(switches, (output) => runCanary(settings, output));
  },
});

/** Gives agents that the canary starts itself a new data directory, unless one is named. */
function withDirectory(environment: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { dataDirectory } = ENGINE_SETTINGS.settings;
  const isNamed = textOf(dataDirectory, environment) !== undefined;
  if (isNamed || readCanarySettings(environment).settings?.withoutAgents === true) return environment;
  return { ...environment, [dataDirectory.variable]: newDataDirectory('canary') };
}
