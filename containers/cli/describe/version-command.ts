import { z } from 'zod';

import packageManifest from '../../../package.json' with { type: 'json' };
import { InvalidSettingsError } from '../../../shared/config/errors.ts';
import { andList } from '../../../shared/config/value-kinds.ts';
import { installedNetworkVersion } from '../../../shared/proving-job/network-version.ts';
import { KNOWN_MAJOR_VERSIONS } from '../../../shared/proving-job/version-lines.ts';
import { EXIT_CODES } from '../../processes/exit-codes.ts';
import { alignColumns } from '../../terminal/align-columns.ts';
import { type Line, toned } from '../../terminal/line.ts';
import { printJson, printLines } from '../../terminal/print.ts';
import { NO_ARGUMENT } from '../command-line/argument.ts';
import type { Command } from '../command-line/command.ts';
import { type JsonOutput, toDocument } from '../json/json-output.ts';

const OUTPUT: JsonOutput = {
  version: 1,
  description: 'One JSON document',
  schema: z.strictObject({
    coppice: z.string(),
    aztec: z.strictObject({
      native: z
        .string()
        .optional()
        .describe("Of Coppice's own node and agents; absent in an image without Aztec's packages"),
      officialMajors: z
        .array(z.number().int())
        .describe("Major versions of Aztec's own nodes and agents that are served"),
    }),
    node: z.string(),
  }),
};

interface Versions {
  readonly coppice: string;
  readonly aztec: { readonly native: string | undefined; readonly officialMajors: readonly number[] };
  readonly node: string;
}

export const VERSION_COMMAND: Command<undefined> = {
  name: 'version',
  usage: '',
  summary: 'print the versions of Coppice, and of Aztec that it proves and serves',
  explanation: [
    "Coppice's own node and agents prove for one version of Aztec, that of the installed packages. Its broker and gateways serve " +
      "Aztec's own nodes and agents of several; a version newer than those is served like the newest.",
  ],
  examples: ['coppice version', 'coppice --version', 'coppice version --json | jq -r .aztec.native'],
  argument: NO_ARGUMENT,
  switches: [],
  output: OUTPUT,
  groups: [],
  run: async ({ switches, problems }) => {
    if (problems.length > 0) throw new InvalidSettingsError(problems);
    const versions = {
      coppice: packageManifest.version,
      aztec: { native: nativeVersion(), officialMajors: KNOWN_MAJOR_VERSIONS },
      node: process.versions.node,
    };
    if (switches.has('json')) printJson(toDocument(OUTPUT, versions));
    else printLines(renderVersions(versions));
    return EXIT_CODES.done;
  },
};

/** The images of broker and gateway have none of Aztec's packages. */
function nativeVersion(): string | undefined {
  try {
    return installedNetworkVersion();
  } catch {
    return undefined;
  }
}

function renderVersions({ coppice, aztec, node }: Versions): Line[] {
  return alignColumns([
    [toned('strong', 'coppice'), coppice],
    ...(aztec.native === undefined
      ? []
      : [[toned('strong', 'Aztec'), aztec.native, "proven by Coppice's own node and agents"]]),
    [
      toned('strong', 'Aztec'),
      andList(aztec.officialMajors.map(String)),
      "proven by Aztec's own nodes and agents, which the broker and gateways serve",
    ],
    [toned('strong', 'Node'), node],
  ]);
}
