/** A program of a local network ended, or did not become ready in time. */
export class LocalProgramError extends Error {
  override readonly name = 'LocalProgramError';
  /** `anvil`, `sequencer` or `traffic`. */
  readonly program: string;
  readonly logFile: string;

  constructor(program: string, what: string, logFile: string, options?: ErrorOptions) {
    super(`${program} ${what}; its log is ${logFile}`, options);
    this.program = program;
    this.logFile = logFile;
  }
}
