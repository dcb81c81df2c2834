/** npm did not install a program that the devnet starts. */
export class FoundryBinaryMissingError extends Error {
  override readonly name = 'FoundryBinaryMissingError';
  readonly packageName: string;

  constructor(packageName: string, options?: ErrorOptions) {
    super(
      `the npm package ${packageName} is not installed: run npm ci with optional dependencies, on Linux or macOS, ` +
        'x64 or arm64',
      options,
    );
    this.packageName = packageName;
  }
}

/** A program of the devnet ended, or did not become ready in time. */
export class DevnetProgramError extends Error {
  override readonly name = 'DevnetProgramError';
  /** `anvil`, `sequencer` or `traffic`. */
  readonly program: string;
  readonly logFile: string;

  constructor(program: string, what: string, logFile: string, options?: ErrorOptions) {
    super(`the devnet's ${program} ${what}; its log is ${logFile}`, options);
    this.program = program;
    this.logFile = logFile;
  }
}

/** An epoch ended before it held all that was planned for it. The next one can be tried. */
export class EpochMissedError extends Error {
  override readonly name = 'EpochMissedError';
  readonly epochNumber: number;
  readonly reason: string;

  constructor(epochNumber: number, reason: string) {
    super(
      `epoch ${epochNumber} could not take the planned traffic, ${reason}: make epochs longer, or free the processor`,
    );
    this.epochNumber = epochNumber;
    this.reason = reason;
  }
}
