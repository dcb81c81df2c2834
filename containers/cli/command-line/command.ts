import type { SwitchFlag } from '../../../shared/config/parse-flags.ts';
import type { SettingGroup } from '../../../shared/config/setting.ts';
import type { ExitCodeName } from '../../processes/exit-codes.ts';
import type { JsonOutput } from '../json/json-output.ts';
import type { Argument, GivenArgument } from './argument.ts';

/**
 * A word after `coppice`, and what it takes. The help, the shell completion and the schemas in `docs/json` are made from it.
 */
export interface Command<T = unknown> {
  readonly name: string;
  /** What follows the name, without its flags, such as `EPOCH`; empty where nothing does. */
  readonly usage: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** Paragraphs that explain it, for its own help. */
  readonly explanation: readonly string[];
  /** Whole command lines, for its own help; at least one. */
  readonly examples: readonly [string, ...string[]];
  /** Exit codes beside those of every command: `done`, `failed`, `misused` and `unfit`. @default none */
  readonly exitCodes?: readonly ExitCodeName[];
  /** What it prints with `--json`, a switch that every command with an output has. */
  readonly output?: JsonOutput;
  readonly argument: Argument<T>;
  /** Heads the switches in the help. @default Output */
  readonly switchTitle?: string;
  /** Without `--json`. */
  readonly switches: readonly SwitchFlag[];
  readonly groups: readonly SettingGroup[];
  /** The settings that `--help` lists; `--help-all` lists all of them. @default all */
  readonly briefGroups?: readonly SettingGroup[];
  /** Whether settings of Aztec's that have no effect here are accepted. @default false */
  readonly takesSuperseded?: boolean;
  /**
   * @returns the exit code
   * @throws {InvalidSettingsError} when the command line or the settings are wrong
   */
  run(line: CommandLine<T>): Promise<number>;
}

/** A command line as it was read. Nothing may be done before `problems` and those of the settings are reported. */
export interface CommandLine<T = unknown> {
  /** The settings of flags, the process's environment and the `.env` file, merged. */
  readonly environment: Readonly<Record<string, string>>;
  readonly switches: ReadonlySet<string>;
  /** `undefined` when it is missing or invalid; `problems` has the reason. */
  readonly argument: GivenArgument<T> | undefined;
  readonly problems: readonly string[];
  readonly notices: readonly string[];
}

/** The switches of a command, `--json` included. */
export function switchesOf({ switches, output }: Pick<Command, 'switches' | 'output'>): readonly SwitchFlag[] {
  return output === undefined ? switches : [...switches, { flag: 'json', description: output.description }];
}
