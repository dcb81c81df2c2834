/** Invalid settings or flags: lists all problems, each with what is allowed, and shows no secret. */
export class InvalidSettingsError extends Error {
  override readonly name = 'InvalidSettingsError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    super(`${count} with the command line or the settings:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}
