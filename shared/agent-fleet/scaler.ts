/** Decides how many agents the fleet should have: once a minute, and whenever it is asked to. */
export interface Scaler {
  /**
   * Asks it to run soon, because there is more or less work. Best effort: callers need not wait for it, it never rejects,
   * and the run of the next minute makes up for a request that fails. Safe to repeat.
   */
  ask(): Promise<void>;
}
