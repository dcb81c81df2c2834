import { InvalidSettingsError } from '../../../shared/config/errors.ts';
import type { ParsedSettings } from '../../../shared/config/parse-settings.ts';
import { printNotices } from '../../terminal/print.ts';
import { NO_ARGUMENT } from './argument.ts';
import type { Command, CommandLine } from './command.ts';

/** A command that needs only its settings, and no fleet. */
export interface LocalCommand<Settings extends object> extends Omit<Command<undefined>, 'argument' | 'run'> {
  readonly parse: (environment: CommandLine['environment']) => ParsedSettings<Settings>;
  /** @returns the exit code */
  readonly execute: (settings: Settings, line: CommandLine) => Promise<number>;
}

export function localCommand<Settings extends object>({
  parse,
  execute,
  ...command
}: LocalCommand<Settings>): Command<undefined> {
  return {
    ...command,
    argument: NO_ARGUMENT,
    run: async (line) => {
      printNotices(line.notices);
      const { settings, problems } = parse(line.environment);
      if (settings === undefined || line.problems.length > 0) {
        throw new InvalidSettingsError([...line.problems, ...problems]);
      }
      return execute(settings, line);
    },
  };
}
