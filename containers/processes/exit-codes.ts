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
