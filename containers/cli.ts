import { inspect } from 'node:util';

import { InvalidSettingsError } from '../shared/config/errors.ts';
import { suggest } from '../shared/config/suggest.ts';
import { redactUrls } from '../shared/telemetry/redact-urls.ts';
import packageManifest from '../package.json' with { type: 'json' };
import { errorText } from '../shared/telemetry/error-text.ts';
import { CANARY_COMMAND } from './cli/local/canary-command.ts';
import type { Command } from './cli/command-line/command.ts';
import { COST_COMMAND } from './cli/inspect/cost-command.ts';
import { CRS_COMMAND } from './cli/local/crs-command.ts';
import { DEVNET_COMMAND } from './cli/local/devnet-command.ts';
import { DOCTOR_COMMAND } from './cli/start/doctor-command.ts';
import { DRILL_COMMAND } from './cli/drill/drill-command.ts';
import { EPOCHS_COMMAND } from './cli/inspect/epochs-command.ts';
import { EXIT_CODES } from './processes/exit-codes.ts';
import { explainError } from './processes/explain-error.ts';
import { JOBS_COMMAND } from './cli/inspect/jobs-command.ts';
import { exitWhenWritten, ignoreClosedPipes } from './terminal/exit-when-written.ts';
import { outputColumns, printLines } from './terminal/print.ts';
import { REDRIVE_COMMAND } from './cli/repair/redrive-command.ts';
import { readCommandLine } from './cli/command-line/read-command-line.ts';
import { renderCommandHelp, renderOverview } from './cli/command-line/render-help.ts';
import { RETRY_COMMAND } from './cli/repair/retry-command.ts';
import { START_COMMAND } from './cli/start/start-command.ts';
import { STATUS_COMMAND } from './cli/inspect/status-command.ts';
import { TREE_COMMAND } from './cli/inspect/tree-command.ts';
import { WAIT_COMMAND } from './cli/inspect/wait-command.ts';
import { WATCH_COMMAND } from './cli/inspect/watch-command.ts';
import { WHY_COMMAND } from './cli/inspect/why-command.ts';

const COMMANDS: readonly Command[] = [
  START_COMMAND,
  DOCTOR_COMMAND,
  STATUS_COMMAND,
  WATCH_COMMAND,
  EPOCHS_COMMAND,
  TREE_COMMAND,
  JOBS_COMMAND,
  WHY_COMMAND,
  WAIT_COMMAND,
  COST_COMMAND,
  RETRY_COMMAND,
  REDRIVE_COMMAND,
  DRILL_COMMAND,
  CRS_COMMAND,
  DEVNET_COMMAND,
  CANARY_COMMAND,
];

async function runCommandLine([name, ...argv]: readonly string[]): Promise<number> {
  if (name === '--version' || name === '-v') {
    printLines([[packageManifest.version]]);
    return EXIT_CODES.done;
  }
  const isHelp = [name, ...argv].some((argument) => argument === '--help' || argument === '-h') || name === 'help';
  const command = COMMANDS.find((known) => known.name === (name === 'help' ? argv[0] : name));
  if (command === undefined && (isHelp || name === undefined)) {
    printLines(renderOverview(COMMANDS, packageManifest.version));
    return isHelp ? EXIT_CODES.done : EXIT_CODES.misused;
  }
  if (command === undefined) {
    const names = COMMANDS.map((known) => known.name);
    const closest = suggest(name ?? '', names);
    const hint = closest === undefined ? `the commands are ${names.join(', ')}` : `did you mean ${closest}?`;
    process.stderr.write(`coppice: unknown command '${name ?? ''}'; ${hint}\n`);
    return EXIT_CODES.misused;
  }
  if (isHelp) {
    printLines(renderCommandHelp(command, outputColumns()));
    return EXIT_CODES.done;
  }
  return command.run(readCommandLine(argv, command));
}

ignoreClosedPipes();
// Sockets and Aztec's threads that a role leaves open must not keep the process alive.
await exitWhenWritten(await runCommandLine(process.argv.slice(2)).catch(reportError), EXIT_CODES.failed);

function reportError(error: unknown): number {
  const isMisuse = error instanceof InvalidSettingsError;
  const message = explainError(error) ?? errorText(error);
  process.stderr.write(`coppice: ${redactUrls(message)}\n`);
  if (error instanceof Error && /^(debug|trace)/.test(process.env['LOG_LEVEL'] ?? '')) {
    process.stderr.write(`${redactUrls(inspect(error))}\n`);
  }
  if (isMisuse) process.stderr.write('coppice <command> --help lists every flag, with its variable and default\n');
  return isMisuse ? EXIT_CODES.misused : EXIT_CODES.failed;
}
