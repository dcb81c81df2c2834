import { DEVNET_GROUP, readDevnetSettings } from '../../../shared/config/groups/devnet-settings.ts';
import { ENV_FILE_GROUP } from '../../../shared/config/groups/env-file-settings.ts';
import { InvalidSettingsError } from '../../../shared/config/errors.ts';
import { adoptAwsVariables } from '../command-line/adopt-aws-variables.ts';
import type { Command } from '../command-line/command.ts';
import { printNotices } from '../../terminal/print.ts';
import { readCommandLine } from '../command-line/read-command-line.ts';
import { assertDevelopmentPackages } from './development-packages.ts';

export const DEVNET_COMMAND: Command = {
  name: 'devnet',
  usage: '[flags]',
  summary: 'prove an epoch of a local Aztec network to a local L1',
  explanation: [
    'Starts an L1, an Aztec network with traffic, a prover node and agents, all on this machine; shows the merge tree ' +
      'while they prove; ends when the epochs are proven on L1, with nothing left running.',
    'With --engine aws the fleet works on SQS, S3 and DynamoDB, and functions submit its proofs: on an emulator that it ' +
      'starts, or where AWS_ENDPOINT_URL leads.',
  ],
  switchTitle: '',
  switches: [],
  groups: [DEVNET_GROUP, ENV_FILE_GROUP],
  takesSuperseded: false,
  run,
};

async function run(argv: readonly string[]): Promise<number> {
  const line = readCommandLine(argv, DEVNET_COMMAND);
  printNotices(line.notices);
  const { settings, problems } = readDevnetSettings(line.environment);
  const words = line.words.map((word) => `'${word}' is no flag: settings begin with --`);
  if (settings === undefined || line.problems.length + words.length > 0) {
    throw new InvalidSettingsError([...line.problems, ...words, ...problems]);
  }
  adoptAwsVariables(line.environment);
  assertDevelopmentPackages('devnet');
  const { runDevnet } = await import('../../devnet/run-devnet.ts');
  return runDevnet(settings);
}
