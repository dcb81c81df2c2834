import { z } from 'zod';

import { CRS_GROUP } from '../../../shared/config/groups/crs-settings.ts';
import { ENV_FILE_GROUP } from '../../../shared/config/groups/env-file-settings.ts';
import { parseSettings } from '../../../shared/config/parse-settings.ts';
import { CrsKind } from '../../../shared/crs/crs-kind.ts';
import { defaultCrsPath } from '../../../shared/crs/crs-path.ts';
import { EXIT_CODES } from '../../processes/exit-codes.ts';
import { printJson, printLines, printNotices } from '../../terminal/print.ts';
import { type JsonOutput, toDocument } from '../json/json-output.ts';
import { localCommand } from '../command-line/local-command.ts';

const OUTPUT: JsonOutput = {
  version: 1,
  description: 'One JSON document: where it is. Progress goes to stderr',
  schema: z.strictObject({ kind: CrsKind, directory: z.string() }),
};

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
  examples: ['coppice crs', 'coppice crs --development'],
  switchTitle: 'Which, and output',
  switches: [{ flag: 'development', description: 'Make the insecure one for development, in about half a minute' }],
  output: OUTPUT,
  groups: [CRS_GROUP, ENV_FILE_GROUP],
  parse: (environment) => parseSettings([CRS_GROUP], environment),
  execute: async ({ crsDirectory }, { switches }) => {
    const kind = switches.has('development') ? 'development' : 'ceremony';
    const { prepareCeremonyCrs, prepareDevelopmentCrs } = await import('../../crs/prepare-crs.ts');
    const prepare = kind === 'development' ? prepareDevelopmentCrs : prepareCeremonyCrs;
    const directory = crsDirectory ?? defaultCrsPath(kind);
    const isJson = switches.has('json');
    await prepare(directory, (text) => (isJson ? printNotices([text]) : printLines([[text]])));
    if (isJson) printJson(toDocument(OUTPUT, { kind, directory }));
    return EXIT_CODES.done;
  },
});
