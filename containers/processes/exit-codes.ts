/** The exit codes of every command. */
export const EXIT_CODES = {
  done: 0,
  /** Something failed; trying again may help. */
  failed: 1,
  /** The command line or the settings are wrong. */
  misused: 2,
  /** This machine, its data or its programs cannot do the work; trying again does not help. */
  unfit: 3,
  /** What was waited for has not happened in time. */
  timedOut: 4,
  /** Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitCodeName = keyof typeof EXIT_CODES;

/** What each code means, in the same words for every command. */
export const EXIT_CODE_MEANINGS: Readonly<Record<ExitCodeName, string>> = {
  done: 'done, or stopped on request',
  failed: 'something failed, and the message says what; trying again may help',
  misused: 'invalid command line or settings; every problem is listed',
  unfit: 'this machine, its data or its programs cannot do the work; trying again does not help',
  timedOut: 'what was waited for has not happened in time',
  interrupted: 'stopped by Ctrl-C before it was done',
};

/** Errors that stay, however often the command is run. */
const UNFIT_ERRORS: ReadonlySet<string> = new Set([
  'AgentUnfitError',
  'CircuitsDifferError',
  'DatabaseDamagedError',
  'DevelopmentPackagesMissingError',
  'ForeignDatabaseError',
  'SchemaVersionError',
]);

/** The code of a command that an error has ended. */
export function exitCodeOfError(error: unknown): number {
  if (!(error instanceof Error)) return EXIT_CODES.failed;
  if (error.name === 'InvalidSettingsError') return EXIT_CODES.misused;
  return UNFIT_ERRORS.has(error.name) ? EXIT_CODES.unfit : EXIT_CODES.failed;
}
