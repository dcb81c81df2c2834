import { ENV_FILE_GROUP } from '../../../shared/config/groups/env-file-settings.ts';
import { settingsIn } from '../../../shared/config/groups/known-settings.ts';
import type { Setting } from '../../../shared/config/setting.ts';
import { type Command, switchesOf } from '../command-line/command.ts';

/** A command, as a shell completes it. */
export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  /** Its argument's values, where they are known. */
  readonly words: readonly string[];
  readonly flags: readonly CompletedFlag[];
}

export interface CompletedFlag {
  /** With its dashes. */
  readonly flag: string;
  readonly description: string;
  /** `undefined` for a flag that needs no value. */
  readonly value: CompletedValue | undefined;
}

export interface CompletedValue {
  /** Stands for it in the help. */
  readonly placeholder: string;
  /** The values, where they are known; lists take several, with commas between them. */
  readonly words: readonly string[];
  readonly isPath: boolean;
}

const HELP_FLAGS: readonly CompletedFlag[] = [
  { flag: '--help', description: 'Explain the command', value: undefined },
  { flag: '--help-all', description: 'Explain the command and every one of its settings', value: undefined },
];

/** What a shell needs to know of each command. */
export function completionTable(commands: readonly Command[]): readonly CompletedCommand[] {
  return commands.map((command) => ({
    name: command.name,
    summary: command.summary,
    words: command.argument.kind?.words ?? [],
    flags: [
      ...switchesOf(command).map(({ flag, description }) => ({ flag: `--${flag}`, description, value: undefined })),
      ...[...new Set(settingsIn([...command.groups, ENV_FILE_GROUP]))].flatMap(flagsOf),
      ...HELP_FLAGS,
    ],
  }));
}

function flagsOf({ flag, flagAliases = [], kind, description }: Setting): CompletedFlag[] {
  const { placeholder, words = [] } = kind;
  const value = placeholder === '' ? undefined : { placeholder, words, isPath: placeholder.includes('path') };
  return [flag, ...flagAliases].map((name) => ({ flag: `--${name}`, description, value }));
}
