import { inspect } from 'node:util';

import packageManifest from '../package.json' with { type: 'json' };
import { suggest } from '../shared/config/suggest.ts';
import { errorText } from '../shared/telemetry/error-text.ts';
import { redactUrls } from '../shared/telemetry/redact-urls.ts';
import { readCommandLine } from './cli/command-line/read-command-line.ts';
import { renderCommandHelp, renderOverview } from './cli/command-line/render-help.ts';
import { COMMANDS } from './cli/commands.ts';
import { EXIT_CODES, exitCodeOfError } from './processes/exit-codes.ts';
import { explainError } from './processes/explain-error.ts';
import { exitWhenWritten, ignoreClosedPipes } from './terminal/exit-when-written.ts';
import { outputColumns, printLines } from './terminal/print.ts';

const HELP_FLAGS = ['--help', '-h', '--help-all'];
const VERSION_FLAGS = ['--version', '-v'];

async function runCommandLine([first = '', ...argv]: readonly string[]): Promise<number> {
  const name = VERSION_FLAGS.includes(first) ? 'version' : first;
  const isHelp = [name, ...argv].some((argument) => HELP_FLAGS.includes(argument)) || name === 'help';
  const command = COMMANDS.find((known) => known.name === (name === 'help' ? argv[0] : name));
  if (command === undefined && (isHelp || name === '')) {
    printLines(renderOverview(COMMANDS, packageManifest.version, outputColumns()));
    return isHelp ? EXIT_CODES.done : EXIT_CODES.misused;
  }
  if (command === undefined) {
    const names = COMMANDS.map((known) => known.name);
    const closest = suggest(name, names);
    const hint = closest === undefined ? `the commands are ${names.join(', ')}` : `did you mean ${closest}?`;
    process.stderr.write(`coppice: unknown command '${name}'; ${hint}\n`);
    return EXIT_CODES.misused;
  }
  if (isHelp) {
    printLines(renderCommandHelp(command, outputColumns(), argv.includes('--help-all')));
    return EXIT_CODES.done;
  }
  return command.run(readCommandLine(argv, command));
}

ignoreClosedPipes();
// Sockets and Aztec's threads that a role leaves open must not keep the process alive.
await exitWhenWritten(await runCommandLine(process.argv.slice(2)).catch(reportError), EXIT_CODES.failed);

function reportError(error: unknown): number {
  const exitCode = exitCodeOfError(error);
  const message = redactUrls(explainError(error) ?? errorText(error));
  if (process.argv.includes('--json')) {
    process.stderr.write(`${JSON.stringify({ schemaVersion: 1, exitCode, error: message })}\n`);
    return exitCode;
  }
  process.stderr.write(`coppice: ${message}\n`);
  if (error instanceof Error && /^(debug|trace)/.test(process.env['LOG_LEVEL'] ?? '')) {
    process.stderr.write(`${redactUrls(inspect(error))}\n`);
  }
  if (exitCode === EXIT_CODES.misused) {
    process.stderr.write('coppice <command> --help-all lists every flag, with its variable and default\n');
  }
  return exitCode;
}
