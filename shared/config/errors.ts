/** The settings cannot be used as they are: every problem at once, each saying what is allowed, and no secret. */
export class InvalidSettingsError extends Error {
  override readonly name = 'InvalidSettingsError';
  readonly retryable = false;
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    const title = problems.length === 1 ? 'one setting is wrong' : `${problems.length} settings are wrong`;
    super(`${title}:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}
