import { InvalidSettingsError } from '../../../shared/config/errors.ts';
import { oneOf } from '../../../shared/config/value-kinds.ts';
import { EXIT_CODES } from '../../processes/exit-codes.ts';
import { printLines } from '../../terminal/print.ts';
import { optionalArgument } from '../command-line/argument.ts';
import type { Command } from '../command-line/command.ts';
import { jsonSchemaText } from '../json/json-schema.ts';

/** @param commands those whose output it describes */
export function schemaCommand(commands: readonly Command[]): Command<string | undefined> {
  const described = commands.filter(({ output }) => output !== undefined);
  return {
    name: 'schema',
    usage: '[COMMAND]',
    summary: 'print the JSON Schema of what a command prints with --json',
    explanation: [
      'Every document has its schemaVersion. It goes up when a field is removed or renamed, or changes its meaning; fields may be ' +
        'added without a new version. Moments are in ISO 8601 and UTC; durations and amounts have their unit in the name.',
      'Without COMMAND it lists the commands. The same schemas are in docs/json.',
    ],
    examples: ['coppice schema status', 'coppice schema'],
    argument: optionalArgument({ ...oneOf(described.map(({ name }) => name)), placeholder: 'COMMAND' }),
    switches: [],
    groups: [],
    run: async ({ argument, problems }) => {
      if (argument === undefined || problems.length > 0) throw new InvalidSettingsError(problems);
      const command = described.find(({ name }) => name === argument.value);
      if (command === undefined) printLines(described.map(({ name }) => [name]));
      else process.stdout.write(jsonSchemaText(command));
      return EXIT_CODES.done;
    },
  };
}
