import { CRS_GROUP } from '../../../shared/config/groups/crs-settings.ts';
import { ENV_FILE_GROUP } from '../../../shared/config/groups/env-file-settings.ts';
import { parseSettings } from '../../../shared/config/parse-settings.ts';
import { defaultCrsPath } from '../../../shared/crs/crs-path.ts';
import { EXIT_CODES } from '../../processes/exit-codes.ts';
import { printLines } from '../../terminal/print.ts';
import { localCommand } from '../command-line/local-command.ts';

export const CRS_COMMAND = localCommand({
  name: 'crs',
  usage: '[--development]',
  summary: 'fetch the reference string that proofs are made with',
  explanation: [
    "Runs bb to fetch Aztec's reference string for the circuits of the canary from Aztec's servers, and checks its digests. " +
      'Files that are there already are kept. Images are built with it, so that no agent waits for it.',
    'With --development it makes one here, without a network, whose secret is known. It is INSECURE: anybody can forge ' +
      'proofs under it. Everything made with it is marked as such, it is kept in a separate folder ' +
      '(~/.bb-crs-development), and its contracts are deployed to development chains only.',
  ],
  switchTitle: 'Which',
  switches: [{ flag: 'development', description: 'Make the insecure one for development, in about half a minute' }],
  groups: [CRS_GROUP, ENV_FILE_GROUP],
  parse: (environment) => parseSettings([CRS_GROUP], environment),
  execute: async ({ crsDirectory }, { switches }) => {
    const kind = switches.has('development') ? 'development' : 'ceremony';
    const { prepareCeremonyCrs, prepareDevelopmentCrs } = await import('../../crs/prepare-crs.ts');
    const prepare = kind === 'development' ? prepareDevelopmentCrs : prepareCeremonyCrs;
    await prepare(crsDirectory ?? defaultCrsPath(kind), (text) => printLines([[text]]));
    return EXIT_CODES.done;
  },
});
