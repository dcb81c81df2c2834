import { CRS_GROUP } from '../../../shared/config/groups/crs-settings.ts';
import { ENV_FILE_GROUP } from '../../../shared/config/groups/env-file-settings.ts';
import { InvalidSettingsError } from '../../../shared/config/errors.ts';
import { parseSettings } from '../../../shared/config/parse-settings.ts';
import { defaultCrsPath } from '../../../shared/crs/crs-path.ts';
import type { Command } from '../command-line/command.ts';
import { EXIT_CODES } from '../../processes/exit-codes.ts';
import { printLines, printNotices } from '../../terminal/print.ts';
import { readCommandLine } from '../command-line/read-command-line.ts';

export const CRS_COMMAND: Command = {
  name: 'crs',
  usage: '[--development] [flags]',
  summary: 'fetch the reference string that proofs are made with',
  explanation: [
    "Has bb fetch Aztec's reference string for the circuits of the canary, from Aztec's servers, and check its digests. " +
      'What is there already stays. Images are built with it, so that no agent waits for it.',
    'With --development it makes one here, without a network, whose secret is known. It is INSECURE: anybody can forge ' +
      'what is proven under it. Everything made with it says so, it has a folder of its own (~/.bb-crs-development), and ' +
      'its contracts are deployed to development chains alone.',
  ],
  switchTitle: 'Which',
  switches: [{ flag: 'development', description: 'Make the insecure one for development, in about half a minute' }],
  groups: [CRS_GROUP, ENV_FILE_GROUP],
  takesSuperseded: false,
  run,
};

async function run(argv: readonly string[]): Promise<number> {
  const line = readCommandLine(argv, CRS_COMMAND);
  printNotices(line.notices);
  const { settings, problems } = parseSettings([CRS_GROUP], line.environment);
  const words = line.words.map((word) => `'${word}' is no flag: settings begin with --`);
  if (settings === undefined || line.problems.length + words.length > 0) {
    throw new InvalidSettingsError([...line.problems, ...words, ...problems]);
  }
  const kind = line.switches.has('development') ? 'development' : 'ceremony';
  const directory = settings.crsDirectory ?? defaultCrsPath(kind);
  const { prepareCeremonyCrs, prepareDevelopmentCrs } = await import('../../crs/prepare-crs.ts');
  const prepare = kind === 'development' ? prepareDevelopmentCrs : prepareCeremonyCrs;
  await prepare(directory, (text) => printLines([[text]]));
  return EXIT_CODES.done;
}
