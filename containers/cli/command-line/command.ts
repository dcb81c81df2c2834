import type { SwitchFlag } from '../../../shared/config/parse-flags.ts';
import type { SettingGroup } from '../../../shared/config/setting.ts';

/** A word after `coppice`, and what it takes. */
export interface Command {
  readonly name: string;
  /** What follows the name, such as `EPOCH [flags]`. */
  readonly usage: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** Paragraphs that explain it, for its own help. */
  readonly explanation: readonly string[];
  readonly switchTitle: string;
  readonly switches: readonly SwitchFlag[];
  readonly groups: readonly SettingGroup[];
  /** Whether settings of Aztec's that have no effect here are accepted. */
  readonly takesSuperseded: boolean;
  /**
   * @param argv what stands after the name
   * @returns the exit code
   * @throws {InvalidSettingsError} when the command line or the settings are wrong
   */
  run(argv: readonly string[]): Promise<number>;
}
