/** The checkpoints cannot make an epoch of Aztec: the chain was misread, or the network has other limits. Nothing to retry. */
export class InvalidEpochShapeError extends Error {
  override readonly name = 'InvalidEpochShapeError';
  readonly retryable = false;
  /** Everything that is wrong, each with its place and what is allowed there. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`these checkpoints cannot be proven as an epoch: ${problems.join('; ')}`);
    this.problems = problems;
  }
}
