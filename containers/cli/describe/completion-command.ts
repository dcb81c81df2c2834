import { InvalidSettingsError } from '../../../shared/config/errors.ts';
import { oneOf } from '../../../shared/config/value-kinds.ts';
import { EXIT_CODES } from '../../processes/exit-codes.ts';
import type { Command } from '../command-line/command.ts';
import { bashCompletion } from './bash-completion.ts';
import { type CompletedCommand, completionTable } from './completion-table.ts';
import { fishCompletion } from './fish-completion.ts';
import { zshCompletion } from './zsh-completion.ts';

const SCRIPTS = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
} as const satisfies Record<string, (commands: readonly CompletedCommand[]) => string>;

type Shell = keyof typeof SCRIPTS;

const SHELL = { ...oneOf(Object.keys(SCRIPTS) as Shell[]), placeholder: 'SHELL' };

/** @param commands called when it runs, since they include this one */
export function completionCommand(commands: () => readonly Command[]): Command<Shell> {
  return {
    name: 'completion',
    usage: 'SHELL',
    summary: 'print a script that makes bash, zsh or fish complete commands, flags and values',
    explanation: [
      'The script contains every command, flag and known value, so the shell does not start coppice to complete a word. ' +
        'Generate it again after an upgrade.',
    ],
    examples: [
      'source <(coppice completion bash)',
      'coppice completion zsh > "${fpath[1]}/_coppice"',
      'coppice completion fish > ~/.config/fish/completions/coppice.fish',
    ],
    argument: { kind: SHELL },
    switches: [],
    groups: [],
    run: async ({ argument, problems }) => {
      if (argument === undefined || problems.length > 0) throw new InvalidSettingsError(problems);
      process.stdout.write(SCRIPTS[argument.value](completionTable(commands())));
      return EXIT_CODES.done;
    },
  };
}
