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
